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

/// Whoever looks at the agreement.
struct ConsortiumOptions: ParsableArguments {
    @Option(
        name: .customLong("roster"),
        help: ArgumentHelp("The roster, which is the agreement's first version.", valueName: "file"))
    var rosterFile = "cordon-data/keys/roster.yaml"

    @OptionGroup var log: LogOptions

    func seat(_ keystore: (any Keystore)? = nil) throws -> AgreementSeat {
        try AgreementSeat(Roster(file: rosterFile), keystore: keystore, log: log.open())
    }
}

/// Whoever says something on the agreement.
struct SignerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The private keys of whoever says it: of a member, a party, an operator or the coordinator.",
            valueName: "dir"))
    var keys: String

    @OptionGroup var opening: KeystoreOptions
    @OptionGroup var consortium: ConsortiumOptions

    func seat() throws -> AgreementSeat { try consortium.seat(opening.open(keys)) }
}

/// Today, in days since 1970, UTC.
var today: Int { EventTime(seconds: SystemClock().microseconds / 1_000_000).dayNumber }

func day(_ number: Int) -> String {
    String(EventTime(seconds: Int64(number) * EventTime.day).rfc3339.prefix(10))
}

extension AgreedVersion {
    /// What the version changes, who has signed, and what it waits for.
    func lines(_ standing: String) -> [String] {
        var lines = ["version \(agreement.version) (\(digest)): \(standing)"]
        for change in difference?.changes ?? [] { lines.append("  \(change)") }
        let names = signed.keys.map(\.description).sorted()
        if !names.isEmpty { lines.append("  signed by \(names.joined(separator: ", "))") }
        for missing in missing where inForce == nil { lines.append("  waits for \(missing)") }
        return lines
    }

    /// What became of what was just said.
    func tell() {
        let standing = missing.isEmpty ? "in force; it takes effect with the next epoch of keys" : "proposed"
        for line in lines(standing) { say(line) }
        if !missing.isEmpty { say("each signs by: cordon consortium sign \(digest) --keys DIR") }
    }
}
