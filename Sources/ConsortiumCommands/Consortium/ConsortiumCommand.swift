package import ArgumentParser

package struct ConsortiumCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "consortium", abstract: "Agree on who takes part and by which rules: join, leave, change, erase.",
        discussion: """
            What all agree on is one object with versions (docs/design/agreement.md): members, parties, operators and coordinator, what \
            scores are for, what is ever opened, how long things are kept, and who has to sign which change. The roster is version 1. \
            A new version is proposed whole, and is in force when those have signed it whom the version before asks for. It takes effect \
            with the next epoch of keys (`cordon keys rotate`), so that membership and keys change at one record.

              cordon consortium show                                       what holds, and what is proposed
              cordon consortium join bank-d --out keys/bank-d              the new member: its keys and its card
              cordon consortium propose --join card.yaml --keys DIR        somebody who takes part
              cordon consortium sign --keys DIR                            each who is asked, and the new member
              cordon consortium erase member --member NAME ...             what is kept of somebody who has left
            """,
        subcommands: [
            ConsortiumShowCommand.self, ConsortiumHistoryCommand.self, ConsortiumJoinCommand.self,
            ConsortiumProposeCommand.self, ConsortiumSignCommand.self, ConsortiumLeaveCommand.self,
            ConsortiumExpelCommand.self, ConsortiumReplacePartyCommand.self, ConsortiumEraseCommand.self,
        ])

    package init() {}
}
