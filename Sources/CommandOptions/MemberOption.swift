package import ArgumentParser
package import Records
import Terminal

/// The member that a command is about.
package struct MemberOption: ParsableArguments {
    @Option(help: ArgumentHelp("The member.", valueName: "name"))
    package var member: String

    package init() {}

    /// - Throws: a sentence where it is no name of a member.
    package func id() throws -> MemberID {
        guard let id = MemberID(member) else { throw Failure("`\(member)` is no name of a member") }
        return id
    }
}
