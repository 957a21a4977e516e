import Crypto
import EventLogs
import Foundation
import Records
import SecureScoring
import Support
import Testing
import Tokens

/// A plan's digest, computed from the page (docs/PROTOCOL.md, "Digests"), part by part.
@Suite("The digest of a batch's plan")
struct PlanDigestOracleTests {
    /// SHA-256 over parts, each preceded by its length in 8 bytes.
    private func digest(_ parts: [[UInt8]]) -> [UInt8] {
        var hash = SHA256()
        for part in parts {
            hash.update(data: bytes(UInt64(part.count)))
            hash.update(data: part)
        }
        return Array(hash.finalize())
    }

    private func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    private struct Parts {
        var epoch: UInt32
        var partition: UInt32
        var range: Range<Int64>
        var labels: Range<Int64>
        var model: Digest32
        var counted: Digest32
        var shares: Digest32
        var nextSpec: Digest32?
        var repeats: [Int64]
        var records: [(value: [UInt8], time: Int64)]

        init(_ random: inout SplitMix64) {
            func number(_ limit: Int64) -> Int64 { Int64(random.next() % UInt64(limit)) }
            func digest() -> Digest32 { Digest32(of: [[UInt8(number(256))]]) }
            epoch = UInt32(number(1000))
            partition = UInt32(number(64))
            let start = number(1 << 40)
            range = start..<start + number(100)
            labels = number(2) == 0 ? 0..<0 : start..<start + number(50)
            (model, counted) = (digest(), digest())
            shares = number(2) == 0 ? .zero : digest()
            nextSpec = number(2) == 0 ? nil : digest()
            repeats = (0..<number(4)).map { start + $0 }
            records = (0..<number(6)).map { _ in
                ((0..<number(300)).map { _ in UInt8(number(256)) }, number(1 << 50))
            }
        }

        var plan: BatchPlan {
            BatchPlan(
                partition: Int(partition), range: range, labels: labels, repeats: repeats,
                records: records.enumerated().map { place, record in
                    LogRecord(
                        position: Position(TopicPartition(Topics.sealed), Int64(place)), key: nil, value: record.value,
                        headers: [], timestamp: record.time)
                }, model: model, counted: counted, shares: shares, nextSpec: nextSpec, epoch: KeyEpoch(epoch))
        }
    }

    /// How the page has it, without token keys.
    private func expected(_ parts: Parts) -> [UInt8] {
        let places = [parts.range.lowerBound, parts.range.upperBound, parts.labels.lowerBound, parts.labels.upperBound]
        var all: [[UInt8]] = [
            Array("cordon/plan/v6".utf8), bytes(parts.epoch), bytes(parts.partition) + places.flatMap { bytes($0) },
            parts.model.bytes, parts.counted.bytes, [], parts.repeats.flatMap { bytes($0) },
            parts.records.flatMap { bytes($0.time) },
        ]
        if parts.shares != .zero { all.append(parts.shares.bytes) }
        if let spec = parts.nextSpec { all.append(Array("cordon/plan/next-spec/v1".utf8) + spec.bytes) }
        // Of each record the digest that a statement on its score names.
        all.append(parts.records.flatMap { digest([Array("cordon/score/record/v1".utf8), $0.value]) })
        return digest(all)
    }

    @Test("is what the page says, of whatever a plan is made", arguments: 0..<200 as Range<UInt64>)
    func oracle(seed: UInt64) {
        var random = SplitMix64(seed)
        let parts = Parts(&random)
        #expect(parts.plan.digest.bytes == expected(parts))
    }

    @Test("tells any two plans apart that were drawn, also where only the bounds between records differ")
    func apart() {
        var random = SplitMix64(9)
        var digests: Set<Digest32> = []
        for _ in 0..<500 {
            let parts = Parts(&random)
            #expect(digests.insert(parts.plan.digest).inserted)
            guard parts.records.count > 1, let last = parts.records[0].value.last else { continue }
            // A byte moves from the end of a record to the beginning of the next one.
            var moved = parts
            moved.records[0].value.removeLast()
            moved.records[1].value.insert(last, at: 0)
            #expect(digests.insert(moved.plan.digest).inserted)
            // Times and records are of one another: exchanged ones are another plan.
            var turned = parts
            (turned.records[0].time, turned.records[1].time) = (parts.records[1].time, parts.records[0].time)
            if parts.records[0].time != parts.records[1].time {
                #expect(digests.insert(turned.plan.digest).inserted)
            }
        }
    }
}
