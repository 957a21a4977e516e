import Crypto
import Records
import Secrets
import Support
import Testing
import ThreeParty

/// SHA-256 over parts, each behind its length in eight bytes, by hand.
func framedHash(of parts: [[UInt8]]) -> [UInt8] {
    let bytes = parts.flatMap { part in (0..<8).map { UInt8(truncatingIfNeeded: part.count >> (56 - 8 * $0)) } + part }
    return Array(SHA256.hash(data: bytes))
}

@Suite("The transcript of a training")
struct TrainingTranscriptTests {
    private typealias Place = TrainingPiece.Place
    private typealias Sent = (toPrevious: [UInt8], toNext: [UInt8], digests: [Digest32])

    private func cell(_ seed: UInt64) throws -> TrainingCell {
        try TrainingCell(
            rows: 30, bits: 11, rule: TrainingRule(trees: 4, stages: [1, 2], group: 2, candidates: 4), seed: seed)
    }

    /// The messages of each place, by sender, and the places in order.
    private func messages(_ run: TrainingCell.Run) throws -> [(place: Place, sent: [PartyID: Sent])] {
        var all: [Place: [PartyID: Sent]] = [:]
        for (to, frame) in run.frames {
            let piece = try #require(TrainingPiece(decoding: frame.payload))
            #expect(piece.piece == 0 && piece.pieces == 1)
            var sent = all[piece.place, default: [:]][frame.sender] ?? ([], [], [])
            if to == frame.sender.next {
                sent.toNext = Array(piece.bytes)
            } else {
                sent.toPrevious = Array(piece.bytes)
            }
            sent.digests.append(frame.digest)
            all[piece.place, default: [:]][frame.sender] = sent
        }
        let order = all.keys.sorted { ($0.group, $0.round) < ($1.group, $1.round) }
        return order.map { ($0, all[$0]!) }
    }

    /// The salts of two messages that a party and its previous one exchange: the one to the higher party, then the one back.
    private func salts(_ cell: TrainingCell, of party: PartyID, _ digest: [UInt8]) throws -> [[UInt8]] {
        let both = PairwisePRF(SecretKey(bytes: cell.keys.keys[party.rawValue])).bytes(
            StepLabel("cordon/train/1/transcript/salt"), digest: try #require(Digest32(digest)), count: 64)
        return [Array(both[..<32]), Array(both[32...])]
    }

    @Test(
        "is that of the plan, of where groups begin, and of the salted hashes of all six messages of every round before",
        arguments: [61, 62] as [UInt64])
    func chain(seed: UInt64) throws {
        let cell = try cell(seed)
        let run = try cell.run(order: seed)
        var digest = framedHash(of: [Array("cordon/train/transcript/v1".utf8), cell.plan.digest.bytes])
        var (ends, rounds) = ([UInt16: [UInt8]](), [UInt16: Int]())
        for (place, sent) in try messages(run) {
            if place.group > 0, place.round == 0 {
                digest = framedHash(of: [
                    Array("cordon/train/group/v1".utf8), digest, [UInt8(place.group >> 8), UInt8(place.group & 255)],
                ])
            }
            var parts = [Array("cordon/train/round/v1".utf8), digest]
            #expect(sent.count == 3)
            for party in PartyID.allCases {
                let own = try #require(sent[party])
                #expect(own.digests.map(\.bytes) == [digest, digest], "\(place) of \(party)")
                let back = try salts(cell, of: party, digest)[1]
                let up = try salts(cell, of: party.next, digest)[0]
                let toPrevious = Array(SHA256.hash(data: back + own.toPrevious.dropFirst(32)))
                let toNext = Array(SHA256.hash(data: up + own.toNext.dropFirst(32)))
                #expect(Array(own.toPrevious.prefix(32)) == toNext && Array(own.toNext.prefix(32)) == toPrevious)
                parts += [toPrevious, toNext]
            }
            digest = framedHash(of: parts)
            (ends[place.group], rounds[place.group]) = (digest, Int(place.round) + 1)
        }
        #expect(rounds.keys.sorted() == [0, 1, 2, 3] && rounds[1] == rounds[2])
        // A checkpoint stands where the rounds of its group end, beside where those of the set-up do.
        let begin = Array("cordon/train/checkpoint/v1".utf8).count + 36
        for party in PartyID.allCases {
            for (at, checkpoint) in try #require(run.checkpoints[party]).enumerated() {
                let bytes = checkpoint.encoded(plan: cell.plan)
                #expect(Array(bytes[begin..<begin + 32]) == ends[UInt16(at + 1)])
                #expect(Array(bytes[begin + 32..<begin + 64]) == ends[0])
            }
        }
    }

    @Test("begins with the plan's digest, each of whose bits changes it")
    func begin() {
        let plan = Digest32(of: [[1]])
        let first = TrainingTranscript(plan: plan).digest
        #expect(first.bytes == framedHash(of: [Array("cordon/train/transcript/v1".utf8), plan.bytes]))
        var seen: Set<Digest32> = [first]
        for bit in 0..<256 {
            var bytes = plan.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            seen.insert(TrainingTranscript(plan: Digest32(bytes)!).digest)
        }
        #expect(seen.count == 257)
    }
}
