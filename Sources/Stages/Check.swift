/// A verification, under a name, of something that a role can't start without. It only looks.
package struct Check: Sendable {
    package let name: String
    private let verify: @Sendable () throws -> Void

    /// - Parameter verify: throws what says what is wrong.
    package init(_ name: String, _ verify: @escaping @Sendable () throws -> Void) {
        self.name = name
        self.verify = verify
    }

    /// The verification; throws what is wrong.
    package func run() throws { try verify() }
}

extension [Check] {
    /// The verifications in order, up to the first that fails.
    package func run() throws { for check in self { try check.run() } }
}
