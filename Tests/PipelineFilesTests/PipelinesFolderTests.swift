import PipelineFiles
import Testing

@Suite("The folder of pipelines")
struct PipelinesFolderTests {
    private func folder(named: String? = nil, program: String? = nil, files: Set<String>) -> PipelinesFolder {
        PipelinesFolder(named: named, program: program, exists: files.contains)
    }

    @Test("a file that is there where the program was started is read there")
    func here() {
        let found = folder(named: "/etc/cordon", files: ["pipelines/rates.yaml", "/etc/cordon/rates.yaml"])
        #expect(found.path("pipelines/rates.yaml") == "pipelines/rates.yaml")
        #expect(found.advice("pipelines/rates.yaml") == nil)
    }

    @Test("else it is read from the named folder, and from no other")
    func named() {
        let files: Set<String> = ["/etc/cordon/rates.yaml", "/opt/pipelines/topics.yaml", "/etc/cordon"]
        let found = folder(named: "/etc/cordon", program: "/opt/cordon", files: files)
        #expect(found.path("pipelines/rates.yaml") == "/etc/cordon/rates.yaml")
        #expect(found.path("pipelines") == "/etc/cordon")
        #expect(found.path("pipelines/topics.yaml") == "pipelines/topics.yaml")
    }

    @Test("else beside the program, or beside a folder above it, the nearest first", arguments: [nil, ""])
    func besideTheProgram(named: String?) {
        let files: Set<String> = [
            "/src/.build/release/pipelines/rates.yaml", "/src/pipelines/rates.yaml", "/src/pipelines/topics.yaml",
        ]
        let found = folder(named: named, program: "/src/.build/release/cordon", files: files)
        #expect(found.path("pipelines/rates.yaml") == "/src/.build/release/pipelines/rates.yaml")
        #expect(found.path("pipelines/topics.yaml") == "/src/pipelines/topics.yaml")
    }

    @Test("a file that is nowhere keeps its name, and the error says what to do")
    func nowhere() {
        let found = folder(program: "/opt/cordon", files: [])
        #expect(found.path("pipelines/rates.yaml") == "pipelines/rates.yaml")
        #expect(found.advice("pipelines/rates.yaml")?.contains("CORDON_PIPELINES") == true)
    }

    @Test("other files are none of its business", arguments: ["rates.yaml", "/x/pipelines/rates.yaml", "pipelines2/a"])
    func others(path: String) {
        let found = folder(named: "/etc/cordon", files: ["/etc/cordon/rates.yaml"])
        #expect(found.path(path) == path && found.advice(path) == nil)
    }
}
