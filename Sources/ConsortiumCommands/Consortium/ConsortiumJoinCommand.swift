import ArgumentParser
import CommandOptions
import Foundation
import Keys
import Manifests
import PipelineFiles
import Records
import Roles
import Stages
import Terminal

struct ConsortiumJoinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Join a consortium, as a new member: make the keys, hand out a card, sign.",
        discussion: """
            Makes the member's keys in its own folder, as `cordon keys member` does, where there are none yet. Its card (OUT/card.yaml) has \
            the public halves: send it to somebody who takes part, who proposes the joining by it. With `--wait` the command waits \
            for that proposal on the log, signs it by the member's key if it has this very card in it, and ends when the member takes part: \
            when the others have signed, too, and the next epoch of keys has begun. It can be run again at any time.
            """)

    @Argument(help: "The member's name.")
    var name: String

    @Option(help: ArgumentHelp("The member's own folder of keys.", valueName: "dir"))
    var out: String

    @Flag(help: "Wait for the proposal, sign it, and wait until the member takes part.") var wait = false
    @OptionGroup var opening: KeystoreOptions
    @OptionGroup var consortium: ConsortiumOptions

    func run() throws {
        guard let id = MemberID(name) else {
            throw Failure("a member's name is 1 to 40 of a-z, 0-9 and -, starting with a letter (not `consortium`)")
        }
        let card = try card(of: id)
        say("card    \(out)/card.yaml: public; send it to somebody who takes part")
        say("digest  \(card.digest): read it out to them, so that nobody changes the card on its way")
        say("they say: cordon consortium propose --join card.yaml --keys DIR")
        guard wait else { return say("then sign: cordon consortium sign --keys \(out)") }
        try follow(id, card)
    }

    private func card(of id: MemberID) throws -> KeyCard {
        let file = out + "/card.yaml"
        guard FileManager.default.fileExists(atPath: file) else { return try RoleKeys(directory: out).make(id) }
        let card = try KeyCard(file: file)
        guard case .member(id, let identity, _) = card else {
            throw Failure("\(file) is that of \(card.role), and not of member \(id)")
        }
        guard try opening.open(out).signingKey().verifyingKey == identity else {
            throw Failure("the key in \(out) is not the card's")
        }
        return card
    }

    /// Signs what joins this member by its card, until it takes part.
    private func follow(_ id: MemberID, _ card: KeyCard) throws {
        guard case .member(_, let identity, let hpke) = card else { return }
        let stop = StopFlag.onSignals()
        let seat = try consortium.seat(opening.open(out))
        var told = ""
        func tell(_ text: String) {
            if text != told { say(text) }
            told = text
        }
        while !stop.isSet {
            let history = seat.history
            for proposal in history.agreement.proposals where proposal.signed[.member(id)] == nil {
                let entry = proposal.agreement.member(id)
                guard entry?.identity == identity, entry?.hpke == hpke else { continue }
                try seat.sign(proposal)
                say("signed version \(proposal.agreement.version) (\(proposal.digest)), by which \(id) joins")
            }
            if history.standing(of: id, in: history.epochs.newest.number) == .takesPart {
                return say("\(id) takes part since epoch \(history.epochs.newest.number): start `cordon ingest`")
            }
            if history.agreement.identity(of: .member(id)) != nil {
                tell("the others have signed; waiting for the next epoch of keys")
            } else {
                tell("waiting for a proposal, and for the others' signatures")
            }
            _ = try seat.wait(.milliseconds(500))
        }
        throw ExitCode(1)
    }
}
