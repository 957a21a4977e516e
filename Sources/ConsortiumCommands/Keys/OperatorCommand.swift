import ArgumentParser
import Foundation
import Keys
import PipelineFiles
import Records
import Roles
import Terminal

/// Makes the key of an operator, who approves of models.
struct OperatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Make the key by which an operator approves of models.",
        discussion: """
            Writes DIR/identity.key, which the operator alone may read, and DIR/card.yaml, and prints the operator's line for \
            `operators:` of the roster. `approvals:` there says how many operators have to approve of a model before it is \
            put in force.
            """)

    @Argument(help: "The operator's name.")
    var name: String

    @OptionGroup var folder: NewKeysFolder

    func run() throws {
        guard let id = OperatorID(name) else {
            throw Failure("an operator's name is 1 to 40 of a-z, 0-9 and -, starting with a letter (not `consortium`)")
        }
        let card = try folder.keys.make(id)
        print("  - { name: \(id), identity: \(Data(card.identity.bytes).base64EncodedString()) }")
    }
}
