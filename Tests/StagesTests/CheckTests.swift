import Stages
import Synchronization
import Testing

@Suite("Checks")
struct CheckTests {
    private struct Wrong: Error, Equatable {
        let name: String
    }

    /// The names of the checks that were made.
    private final class Made: Sendable {
        let names = Mutex<[String]>([])
    }

    @Test("are made in order, up to the first that fails")
    func order() {
        let made = Made()
        func check(_ name: String, isWrong: Bool) -> Check {
            Check(name) {
                made.names.withLock { $0.append(name) }
                if isWrong { throw Wrong(name: name) }
            }
        }
        let checks = [check("a", isWrong: false), check("b", isWrong: true), check("c", isWrong: true)]
        #expect(throws: Wrong(name: "b")) { try checks.run() }
        #expect(made.names.withLock { $0 } == ["a", "b"] && checks.map(\.name) == ["a", "b", "c"])
    }

    @Test("that all hold pass, and so do none")
    func hold() throws {
        try [Check("a") {}].run()
        try [Check]().run()
    }
}
