import DeskStore
import Support
import Testing

struct SessionFileTests {
    private let folder = try! TemporaryFolder()

    private func session(_ hash: UInt8, used: Int64 = 20, proof: [UInt8]? = [1, 2]) -> StoredSession {
        StoredSession(
            hash: Array(repeating: hash, count: 32), name: "ana", role: "lead", proof: proof, begun: 10, used: used)
    }

    @Test("sessions are kept over a restart, each once, with all that was said of them; a missing proof stays missing")
    func kept() throws {
        let path = folder.path("a/b/sessions")
        let file = try SessionFile(path: path)
        #expect(try file.all().isEmpty)
        try file.put(session(1))
        try file.put(session(2, proof: nil))
        try file.put(session(1, used: 30, proof: []))
        let expected: Set = [session(1, used: 30, proof: []), session(2, proof: nil)]
        for file in [file, try SessionFile(path: path)] {
            let all = try file.all()
            #expect(Set(all) == expected && all.count == 2)
        }
    }

    @Test("a use counts for its own session, and brings back none that was removed")
    func used() throws {
        let file = try SessionFile(path: folder.path("sessions"))
        for hash in 1...3 as ClosedRange<UInt8> { try file.put(session(hash)) }
        try file.use(session(2).hash, at: 99)
        try file.remove(session(1).hash)
        try file.use(session(1).hash, at: 99)
        try file.remove(session(9).hash)
        #expect(Set(try file.all()) == [session(2, used: 99), session(3)])
    }
}
