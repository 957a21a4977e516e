import ArgumentParser
import CommandOptions
import Foundation
import HTTPFront
import Keys
import PipelineFiles
import Terminal

/// Shows what keys a folder has.
struct KeyStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show the keys of a folder: what for, how old, until when, and where.",
        discussion: """
            Nothing secret is shown, and nothing is opened: a passphrase or token is not needed. A key's age is its file's; it is to be \
            replaced by the usual lifetime of its kind (docs/design/keys.md), a TLS key by its certificate. Of a party the keys are told, too, \
            that are in its memory and its state; of an agent the tokens of clients, where `--http-tokens` names their file, which are as old as \
            that. The command fails where one is overdue.
            """)

    @Option(help: ArgumentHelp("The folder of private keys.", valueName: "dir"))
    var keys: String

    @Option(
        help: ArgumentHelp("The file of clients' tokens, as `cordon ingest --http-tokens` has it.", valueName: "file"))
    var httpTokens: String?

    @Flag(help: "As JSON.")
    var json = false

    func run() throws {
        guard FileManager.default.fileExists(atPath: keys) else { throw Failure("there is no folder \(keys)") }
        let now = Int64(Date().timeIntervalSince1970)
        var records = try FileKeystore(directory: keys, credentials: KeystoreOptions.credentials).inventory()
        let tokens = try httpTokens.map { try readTokens(file: $0) } ?? []
        let written = try httpTokens.flatMap {
            try FileManager.default.attributesOfItem(atPath: $0)[.modificationDate] as? Date
        }
        records += KeyRecord.elsewhere(
            beside: records, tokens: tokens.map(\.client), file: httpTokens ?? "",
            made: written.map { Int64($0.timeIntervalSince1970) })
        print(json ? try Self.json(records, now: now) : Self.table(records, now: now))
        let overdue = records.filter { ($0.daysLeft(at: now) ?? 0) < 0 }
        guard overdue.isEmpty else {
            throw Failure("overdue: \(Set(overdue.map(\.kind.name)).sorted().joined(separator: ", "))")
        }
    }

    private static func table(_ records: [KeyRecord], now: Int64) -> String {
        let rows =
            [["key", "epoch", "algorithm", "purpose", "days old", "days left", "how", "where"]]
            + records.map { key in
                [
                    key.kind.name, key.epoch.map { "\($0)" } ?? "-", key.kind.algorithm, key.kind.purpose,
                    key.made.map { "\(max(now - $0, 0) / 86_400)" } ?? "-",
                    key.daysLeft(at: now).map { "\($0)" } ?? "-",
                    key.holding.rawValue, key.place,
                ]
            }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
                .trimmingCharacters(in: .whitespaces)
        }.joined(separator: "\n")
    }

    private struct Row: Encodable {
        let key, algorithm, purpose, rotation, how, place: String
        let epoch: UInt32?
        let made, expiry: String?
        let ageSeconds: Int64?
    }

    private static func json(_ records: [KeyRecord], now: Int64) throws -> String {
        func time(_ seconds: Int64?) -> String? {
            seconds.map { Date(timeIntervalSince1970: TimeInterval($0)).formatted(.iso8601) }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let rows = records.map { key in
            Row(
                key: key.kind.name, algorithm: key.kind.algorithm, purpose: key.kind.purpose,
                rotation: key.kind.rotation, how: key.holding.rawValue, place: key.place, epoch: key.epoch,
                made: time(key.made), expiry: time(key.expiry), ageSeconds: key.made.map { now - $0 })
        }
        return String(decoding: try encoder.encode(rows), as: UTF8.self)
    }
}
