import Foundation
import Support
import Testing

@Suite("The desk's benches")
struct DeskBenchTests {
    @Test(
        "a desk's process that is killed while people work loses nothing that anybody was told, and does nothing twice")
    func crash() throws {
        let folder = try TemporaryFolder()
        let (exit, said) = try Program.run(
            [
                "desk-crash", "--kills", "3", "--life", "700", "--seed", "\(UInt64.random(in: 1...1_000_000))", "--dir",
                folder.path("desk"),
            ],
            of: Program.bench, in: folder.url)
        #expect(exit == 0 && said.contains("nothing is lost"), "\(said)")
    }

    @Test("pages are found and claims are shared out, in a desk of some alerts")
    func pages() throws {
        let folder = try TemporaryFolder()
        let (exit, said) = try Program.run(
            [
                "desk", "--open", "1500", "--closed", "2000", "--payments", "4000", "--rounds", "2", "--people", "10",
                "--dir",
                folder.path("desk"),
            ], of: Program.bench, in: folder.url)
        #expect(
            exit == 0 && said.contains("10 people claimed 1000 alerts") && said.contains("closed as fraud"), "\(said)")
    }
}
