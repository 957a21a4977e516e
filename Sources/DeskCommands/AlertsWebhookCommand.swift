import ArgumentParser
import Desk
import DeskFront
import DeskStore
import Records
import Secrets
import Stages
import Terminal
import Webhooks

/// The endpoints that a desk's feed is sent to.
struct AlertsWebhookCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook",
        abstract: "Endpoints that the desk's feed is sent to, by Standard Webhooks (docs/DESK.md).",
        discussion: """
            The desk that sends is started with `cordon alerts serve --webhooks FILE` with the same file; it takes changes up while it \
            runs. What can't be delivered is tried again for three days; an endpoint that takes nothing for five days is disabled, \
            and what waits for it is kept.
            """,
        subcommands: [
            Add.self, List.self, Failed.self, Pause.self, Resume.self, Resend.self, Replay.self, Rotate.self,
            Remove.self,
        ])

    struct File: ParsableArguments {
        @Option(help: ArgumentHelp("The file of endpoints, with their secrets.", valueName: "file"))
        var file = "cordon-data/desk/webhooks.sqlite"

        func store() throws -> WebhookStore { try WebhookStore(path: file) }
    }

    struct Name: ParsableArguments {
        @Argument(help: "The endpoint's name.")
        var name: String
    }

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an endpoint, which gets what comes from now on; prints its receiver's key once.")

        @OptionGroup var name: Name
        @Argument(help: "Where messages go: https://...")
        var url: String
        @Option(help: ArgumentHelp("Which alerts: `band=decline&at_least=500`.", valueName: "query"))
        var filter = ""
        @Option(help: "alerts, acts or both.")
        var kinds = "alerts"
        @Flag(help: "Sign with Ed25519 (v1a) in place of HMAC-SHA256 (v1): the receiver needs no secret then.")
        var ed25519 = false
        @OptionGroup var file: File

        func run() throws {
            guard WebhookEndpoint.isName(name.name) else {
                throw Failure("an endpoint's name has 1 to 64 small letters, digits, `-` and `_`")
            }
            guard let kinds = WebhookEndpoint.Kinds(rawValue: kinds) else {
                throw Failure("`--kinds \(kinds)` is none of alerts, acts and both")
            }
            let address: WebhookAddress
            do { address = try WebhookAddress(url) } catch { throw Failure("the endpoint's address is none: \(error)") }
            let filter: QueueFilter
            do { filter = try QueueFilter(FormText.fields(self.filter) ?? [("", "?")]) } catch {
                throw Failure("`--filter` is none: \(error)")
            }
            let secret = newSecret(pair: ed25519)
            try file.store().add(name.name, to: address, filter: filter, kinds: kinds, secret: secret)
            say(secret.receivers)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the endpoints, with how they do.")
        @OptionGroup var file: File

        func run() throws {
            for endpoint in try file.store().endpoints() {
                let keys = endpoint.keys.map(\.secret.version).joined(separator: "+")
                var line =
                    "\(endpoint.name)  \(endpoint.state.rawValue)  \(endpoint.address)  \(endpoint.kinds.rawValue)  \(keys)"
                if let reason = endpoint.reason { line += "  (\(reason.rawValue))" }
                if endpoint.health.failures > 0 { line += "  \(endpoint.health.failures) failures in a row" }
                if let cursor = endpoint.cursor { line += "  at \(cursor)" }
                say(line)
            }
        }
    }

    struct Failed: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Print an endpoint's messages that were given up, and those that are tried again, the latest first.")
        @OptionGroup var name: Name
        @Option(help: "Most messages of each kind.")
        var limit = 100
        @OptionGroup var file: File

        func run() throws {
            let store = try file.store()
            for (state, word) in [(WebhookMessage.State.givenUp, "given-up"), (.waiting, "waiting")] {
                for message in try store.messages(of: name.name, state, limit: limit) {
                    guard let last = message.last else { continue }
                    let time = EventTime(seconds: (message.at ?? 0) / 1_000_000).rfc3339
                    say("\(message.id)  \(word)  \(message.attempts) attempts  \(last)  \(time)")
                }
            }
        }
    }

    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send nothing for now; what comes is kept.")
        @OptionGroup var name: Name
        @OptionGroup var file: File
        func run() throws { try file.store().set(name.name, active: false) }
    }

    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Go on with an endpoint that was paused or disabled, from where it was.")
        @OptionGroup var name: Name
        @OptionGroup var file: File
        func run() throws { try file.store().set(name.name, active: true) }
    }

    struct Resend: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Send messages again, under the ids that they had.")
        @OptionGroup var name: Name
        @Option(help: "One message's id. (default: all that were given up)")
        var id: String?
        @OptionGroup var file: File

        func run() throws {
            let count = try file.store().resend(name.name, id: id)
            say("\(count) \(count == 1 ? "message is" : "messages are") sent again")
        }
    }

    struct Replay: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send everything again that came at a time or later, under the ids that it had.")
        @OptionGroup var name: Name
        @Option(help: ArgumentHelp("The time, as 2026-01-31T00:00:00Z.", valueName: "time"))
        var since: String
        @OptionGroup var file: File

        func run() throws {
            guard let time = EventTime(rfc3339: since) else { throw Failure("`--since \(since)` is no time") }
            try file.store().replay(name.name, since: time.seconds * 1_000_000)
        }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Give an endpoint another key; the one before signs beside it for a while. Prints the receiver's key once."
        )
        @OptionGroup var name: Name
        @Option(help: "Hours that the key before signs on.")
        var hours: Int64 = 24
        @OptionGroup var file: File

        func validate() throws {
            guard (0...8760).contains(hours) else { throw ValidationError("'--hours' is 0 to 8760") }
        }

        func run() throws {
            let store = try file.store()
            guard let old = try store.endpoints().first(where: { $0.name == name.name })?.keys.last else {
                throw WebhookStore.Failure.unknown
            }
            let secret = newSecret(pair: old.secret.version == "v1a")
            try store.rotate(name.name, to: secret, until: SystemClock().microseconds + hours * 3_600_000_000)
            say(secret.receivers)
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an endpoint, with what waits for it.")
        @OptionGroup var name: Name
        @OptionGroup var file: File
        func run() throws { try file.store().remove(name.name) }
    }
}

private func newSecret(pair: Bool) -> WebhookSecret {
    pair ? WebhookSecret(pair: randomBytes(32)) : WebhookSecret(shared: randomBytes(32))
}
