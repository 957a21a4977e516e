import EventLogs
import Foundation
import Ingest
import Keys
import LocalStore
import Logging
import Model
import Records
import Support
import Testing

@Suite("The public parts of models, at a member")
struct ModelCardsTests {
    private let folder: TemporaryFolder
    private let log: SQLiteEventLog
    private let lines = CapturedLines()
    private static let seed = [UInt8](repeating: 6, count: 32)

    init() throws {
        folder = try TemporaryFolder()
        log = try SQLiteEventLog(directory: folder.path, clock: FixedClock())
        try log.create([TopicSettings(name: Topics.manifests)])
    }

    private static func coordinator() throws -> SigningKey {
        guard let key = SigningKey(bytes: seed) else { throw HPKEError.malformedKey }
        return key
    }

    private func cards() throws -> ModelCards {
        let key = try Self.coordinator()
        return try ModelCards(
            consortium: "c", coordinator: key.verifyingKey, log: log, logger: lines.logger())
    }

    /// A manifest without shares, signed by the coordinator, as docs/design/scoring.md has it.
    private func manifest(
        _ version: String, featureSpec: UInt64 = 7, points: [(score: Int64, probability: Double)] = [(0, 0.5)],
        change: (inout WireModelHeader) -> Void = { _ in }
    ) throws -> (wire: WireModelManifest, digest: Digest32) {
        var header = WireModelHeader()
        header.schema = 2
        header.consortium = "c"
        header.version = version
        header.featureSpec = featureSpec
        (header.bits, header.trees, header.depth, header.ringBits, header.fractionBits) = (8, 1, 1, 16, 14)
        header.ownFeatures = [5, 3]
        header.calibration = points.map { point in
            var wire = WireCalibrationPoint()
            (wire.score, wire.probability) = (point.score, point.probability)
            return wire
        }
        change(&header)
        var wire = WireModelManifest()
        wire.header = Data(header.encoded)
        wire.boxes = (0..<6).map { Data([UInt8($0)]) }
        let digest = Digest32(
            of: [Array("cordon/model/v2".utf8), Array(wire.header)] + wire.boxes.map { Array($0) })
        wire.signature = Data(try Self.coordinator().sign(digest.bytes, context: "cordon/model/v2"))
        return (wire, digest)
    }

    private func append(_ value: [UInt8]?) throws {
        try log.append([NewRecord(TopicPartition(Topics.manifests), value: value)])
    }

    @Test("are found by a model's digest, also of one that was dealt since, with what a score is in probability")
    func found() throws {
        let cards = try cards()
        let first = try manifest("v1", featureSpec: 9, points: [(-100, 0.25), (100, 0.75)])
        #expect(try cards.card(first.digest) == nil)
        try append(first.wire.encoded)
        let card = try #require(try cards.card(first.digest))
        #expect(
            card.featureSpec == 9 && card.fractionBits == 14 && card.calibration.points.map(\.score) == [-100, 100])
        #expect(card.calibration.points.map(\.probability) == [0.25, 0.75])
        #expect(try cards.card(Digest32(of: [[1]])) == nil)
        #expect(lines.entries.isEmpty)
    }

    @Test("tell which features each version reads, the last one of a version counting")
    func specs() throws {
        for (version, spec) in [("v1", UInt64(1)), ("v2", .max), ("v1", 3)] {
            try append(try manifest(version, featureSpec: spec).wire.encoded)
        }
        let cards = try cards()
        #expect(try cards.featureSpecs() == ["v1": 3, "v2": .max])
        try append(try manifest("v3", featureSpec: 4).wire.encoded)
        #expect(try cards.featureSpecs() == ["v1": 3, "v2": .max, "v3": 4])
    }

    @Test(
        "are passed over where they are unreadable, and refused where they are not the coordinator's or make no sense")
    func refused() throws {
        let whole = try manifest("v1")
        try append(nil)
        try append(Array(whole.wire.encoded.dropLast()))
        var forged = whole.wire
        forged.signature[3] ^= 1
        try append(forged.encoded)
        // A curve that falls, and a probability that is none.
        try append(try manifest("falling", points: [(5, 0.9), (1, 0.1)]).wire.encoded)
        try append(try manifest("certain", points: [(1, 1.5)]).wire.encoded)
        try append(try manifest("shape") { $0.trees = 0 }.wire.encoded)
        try append(whole.wire.encoded)
        let cards = try cards()
        #expect(try cards.card(whole.digest) != nil)
        #expect(
            lines.entries.map(\.message) == [
                "a model manifest is unreadable: cut off, or of a newer version", "a model manifest was refused",
                "a model manifest was refused", "a model manifest was refused", "a model manifest was refused",
            ])
        for (number, entry) in lines.entries.enumerated() {
            #expect(entry.metadata.hasPrefix("offset=\(number + 1)") && entry.level == .error)
        }
        #expect(lines.entries[1].metadata == "offset=2 reason=the coordinator of the roster did not sign the manifest")
    }

    @Test("of a model that was refused tell nobody that there is such a version")
    func refusedVersion() throws {
        try append(try manifest("shape") { $0.trees = 0 }.wire.encoded)
        // Its calibration makes no sense.
        try append(try manifest("falling", points: [(5, 0.9), (1, 0.1)]).wire.encoded)
        #expect(try cards().featureSpecs().isEmpty)
    }
}
