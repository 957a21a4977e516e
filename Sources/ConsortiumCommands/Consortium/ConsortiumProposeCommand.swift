import ArgumentParser
import Foundation
import Manifests
import PipelineFiles
import Records
import Roles
import Terminal

struct ConsortiumProposeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose",
        abstract: "Propose a new version of the agreement: of a file, or with members that join.",
        discussion: """
            FILE is a whole version, as `cordon consortium show --yaml` prints it, with what is to change. Its number and what it goes on \
            from are set by this command. With `--join` the version in force gets a member more for each card; the \
            digest of each card is printed, to be compared with the member's own. Whoever proposes signs, too, where the change asks them. \
            What would not count is not written, and the command exits with 1.

              cordon consortium show --yaml > next.yaml
              cordon consortium propose next.yaml --keys keys/bank-a
              cordon consortium propose --join bank-d/card.yaml --budget 500000 --keys keys/bank-a
            """)

    @Argument(help: ArgumentHelp("The version to be.", valueName: "file"))
    var file: String?

    @Option(help: ArgumentHelp("The card of a member that joins; repeatable.", valueName: "card"))
    var join: [String] = []

    @Option(help: ArgumentHelp("Transactions a day of each that joins, or `unlimited`.", valueName: "number"))
    var budget = "1000000"

    @Flag(help: "Whoever joins has no vote.") var withoutVote = false
    @OptionGroup var signer: SignerOptions

    func run() throws {
        guard (file == nil) != join.isEmpty else { throw Failure("a file, or `--join`: one of them") }
        let seat = try signer.seat()
        if let file {
            let wanted = try ConsortiumAgreement(file: file)
            return try seat.propose { next in
                let (version, previous) = (next.version, next.previous)
                next = wanted
                (next.version, next.previous) = (version, previous)
            }.tell()
        }
        let budget = try budgetOfOne()
        let cards = try join.map { try KeyCard(file: $0) }
        for card in cards { say("card    \(card.role): \(card.digest)") }
        try seat.propose { next in
            for card in cards { try next.join(card, budget: budget, votes: !withoutVote, day: today) }
        }.tell()
    }

    private func budgetOfOne() throws -> QueryBudget {
        if budget == "unlimited" { return .unlimited }
        guard let count = Int(budget), (1...1_000_000_000_000).contains(count) else {
            throw Failure("`--budget` is a number of transactions a day from 1 on, or `unlimited`")
        }
        return .daily(count)
    }
}

struct ConsortiumSignCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign", abstract: "Sign a version of the agreement.",
        discussion: """
            Shows what the version changes, and signs its digest by the key in DIR: of a member, a party, an operator or the \
            coordinator, whom the change asks. The founding version may be signed by everyone who takes part.
            """, aliases: ["approve"])

    @Argument(
        help: ArgumentHelp(
            "The beginning of the version's digest. (default: the only proposal, or else the version in force)",
            valueName: "digest"))
    var digest: String?

    @OptionGroup var signer: SignerOptions

    func run() throws {
        let seat = try signer.seat()
        let version = try seat.version(beginning: digest)
        for change in version.difference?.changes ?? [] { say("signing: \(change)") }
        try seat.sign(version).tell()
    }
}

struct ConsortiumLeaveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "leave", abstract: "Leave the consortium, as a member.",
        discussion: """
            Proposes and signs a version without this member, by its own key. Where the agreement asks nobody else, as it does at first, it \
            is in force at once, and takes effect with the next epoch of keys: what the member sends under sessions from then on is \
            refused (`member_left`). Its name, and its number in all counts, are given to nobody else.
            """)

    @Flag(help: "The member's rows are trained on no more.") var withdrawLabels = false
    @OptionGroup var signer: SignerOptions

    func run() throws {
        let seat = try signer.seat()
        guard case .member(let id) = try seat.author() else {
            throw Failure("the key in \(signer.keys) is no member's")
        }
        try seat.propose {
            try $0.end(id, .init(day: today, isExpulsion: false, withdrawsLabels: withdrawLabels))
        }.tell()
    }
}

struct ConsortiumExpelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "expel", abstract: "Propose that a member takes part no more.",
        discussion: """
            The member itself is not asked. Who has to sign is said by the agreement's rule of `expel`: at first a majority of all members. \
            It takes effect with the next epoch of keys.
            """)

    @Argument(help: "The member's name.")
    var name: String

    @Flag(help: "The member's rows are trained on no more.") var withdrawLabels = false
    @OptionGroup var signer: SignerOptions

    func run() throws {
        guard let id = MemberID(name) else { throw AgreementSeatError.unknownMember(name) }
        try signer.seat().propose {
            try $0.end(id, .init(day: today, isExpulsion: true, withdrawsLabels: withdrawLabels))
        }.tell()
    }
}

struct ConsortiumReplacePartyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replace-party", abstract: "Propose that a party's part is taken by another host.",
        discussion: """
            CARD is the card.yaml that the new host has made (`cordon keys party`). The new host signs, too, by its own key. With the epoch \
            of keys that stands on the version the other parties talk to it alone. Its shares of models and counts come from the two \
            others (docs/design/refresh.md): that works for a host that keeps the party's keys (`cordon score --take-over`), and not \
            yet for one with keys of its own, so plan no replacement by this version alone.
            """)

    @Argument(help: ArgumentHelp("The new host's card.", valueName: "card"))
    var card: String

    @Option(help: ArgumentHelp("Where the new host listens.", valueName: "name"))
    var host: String

    @Option(help: "Its port.")
    var port: Int

    @OptionGroup var signer: SignerOptions

    func run() throws {
        let card = try KeyCard(file: card)
        say("card    \(card.role): \(card.digest)")
        try signer.seat().propose { try $0.replace(card, at: .init(host: host, port: port)) }.tell()
    }
}
