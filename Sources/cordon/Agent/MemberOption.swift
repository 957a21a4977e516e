import ArgumentParser
import Records
import Terminal

/// The member that a command is about.
struct MemberOption: ParsableArguments {
    @Option(help: ArgumentHelp("The member.", valueName: "name"))
    var member: String

    /// - Throws: a sentence where it is no name of a member.
    func id() throws -> MemberID {
        guard let id = MemberID(member) else { throw Failure("`\(member)` is no name of a member") }
        return id
    }
}
