import ArgumentParser
import EventLogs
import Foundation
import Manifests
import PipelineFiles
import Records
import Stages
import Terminal

struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Print a topic's records readably.",
        discussion: """
            Shows headers and positions; what is sealed is shown as its size, never as its content. Decisions and alerts are \
            the owner's own and shown as they are; transactions are shown as sizes.
            """)

    @Argument(help: "The topic.")
    var topic: String

    @Option(name: [.customShort("n"), .long], help: "How many of the newest records of each partition to begin with.")
    var lines = 10

    @Flag(name: .shortAndLong, help: "Go on with what comes, until Ctrl-C.")
    var follow = false

    @OptionGroup var log: LogOptions

    func run() throws {
        guard lines >= 0 else { throw Failure("`--lines` is 0 or more") }
        let log = try log.open()
        let stop = StopFlag.onSignals()
        let starts = try (0..<log.partitions(of: topic)).map { number in
            let partition = TopicPartition(topic, number)
            return Position(partition, max(try log.earliest(of: partition), try log.end(of: partition) - Int64(lines)))
        }
        let reader = try log.reader(at: starts)
        while case let records = try reader.available(limit: 256), !records.isEmpty {
            for record in records { say(readable(record)) }
        }
        while follow, !stop.isSet {
            for record in try reader.next(limit: 256, timeout: .milliseconds(200)) { say(readable(record)) }
        }
    }
}

/// A record in one line.
func readable(_ record: LogRecord) -> String {
    let time = EventTime(seconds: record.timestamp / 1_000_000).rfc3339
    let place = "\(record.position.partition)@\(record.position.offset)"
    guard let value = record.value else { return "\(time) \(place) tombstone" }
    let suffix = String(record.position.partition.topic.drop { $0 != "." }.dropFirst())
    return "\(time) \(place) " + (describe(value, suffix) ?? "not of this topic's schema, \(value.count) bytes")
}

private func describe(_ value: [UInt8], _ kind: String) -> String? {
    switch kind {
    case "sealed": return WireSealedRecord(decoding: value).flatMap(describe)
    case "sessions":
        guard let body = WireSessionAnnouncement(decoding: value).flatMap({ WireSessionBody(decoding: Array($0.body)) })
        else { return nil }
        return "session keys of \(body.member) for epoch \(body.epoch)"
    case "agreement":
        guard let record = WireAgreementRecord(decoding: value),
            let body = WireAgreementBody(decoding: Array(record.body)),
            let message = try? AgreementMessage(reading: value, consortium: body.consortium)
        else { return nil }
        return "\(message.author): \(message.statement)"
    case "manifests":
        guard let manifest = WireModelManifest(decoding: value),
            let header = WireModelHeader(decoding: Array(manifest.header))
        else { return nil }
        return "model \(header.version): \(header.trees) trees of depth \(header.depth), \(header.bits) bits, ring of "
            + "\(header.ringBits) bits; boxes of \(manifest.boxes.map(\.count)) bytes"
    case "scores":
        guard let record = WireScoreShares(decoding: value),
            let header = WireScoreHeader(decoding: Array(record.header))
        else { return nil }
        return "party-\(header.party)'s shares of \(header.sources.count) scores, plan "
            + "\(hexadecimal(header.planDigest.prefix(4))), model \(header.modelVersion); box of \(record.box.count) bytes"
    case "rejected":
        guard let record = WireRejected(decoding: value) else { return nil }
        let field = record.field.isEmpty ? "" : " at field \(record.field)"
        return
            "rejected as \(record.reason)\(field), from \(record.topic)/\(record.partition)@\(record.offset); sealed "
            + "original of \(record.sealedOriginal.count) bytes"
    case "decisions", "alerts": return String(decoding: value, as: UTF8.self)
    default: return "\(value.count) bytes"
    }
}

private func describe(_ record: WireSealedRecord) -> String? {
    switch record.body {
    case .transaction(let sealed):
        guard let header = WireSealedHeader(decoding: Array(sealed.header)) else { return nil }
        return "transaction \(hexadecimal(header.eventID.prefix(4))) of \(header.member), from "
            + "\(header.source.partition)@\(header.source.offset)\(header.source.index > 0 ? "/\(header.source.index)" : ""), epoch \(header.sessionEpoch); boxes of "
            + "\(sealed.boxes.map(\.count)) bytes"
    case .activation(let activation): return "model \(activation.version) is in force from the next record on"
    case .epochActivation(let activation):
        return "keys of epoch \(activation.epoch) are in force from the next record on"
    case .epochClosing(let closing): return "keys of epoch \(closing.epoch) are closed from the next record on"
    case .specAnnouncement(let announcement):
        return announcement.featureSpec == 0
            ? "no feature spec is next from the next record on"
            : "feature spec \(specDigest(announcement.featureSpec)) is next from the next record on"
    case nil: return nil
    }
}
