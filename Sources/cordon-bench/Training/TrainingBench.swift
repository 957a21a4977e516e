import Foundation
import Model
import Records
import Secrets
import Synchronization
import ThreeParty
import Worlds

/// A training on shares among three threads of this process, on invented rows, beside the same training in the clear.
struct TrainingBench {
    let plan: TrainingPlan
    let trainer: ReferenceTrainer
    let columns: BitColumns
    private var rows: [TrainingRows]

    /// What one party's thread came to.
    struct Party: Sendable {
        var model: TrainedModel?
        var processorSeconds = 0.0
        var sentBytes = 0
        var frames = 0
        /// Rounds; each has at least one frame to either peer.
        var rounds = 0
    }

    /// - Parameters:
    ///   - count: rows, of which every eleventh or so is a fraud.
    ///   - bits: of a row; each with a frequency of its own.
    init(rows count: Int, bits: Int, rule: TrainingRule, seed: UInt64) throws {
        var generator = SeededRandom(seed: seed)
        let parts = (0..<bits).map { bit in 1 + (bit * 7919 + Int(seed)) % 98 }
        let rowBytes = (bits + 7) / 8
        var thermometers: [[UInt8]] = []
        var frauds: [Bool] = []
        rows = (0..<3).map { _ in TrainingRows(bits: bits) }
        for _ in 0..<count {
            var row = [UInt8](repeating: 0, count: rowBytes)
            for bit in 0..<bits where Int.random(in: 0..<100, using: &generator) < parts[bit] {
                row[bit >> 3] |= 1 << UInt8(bit & 7)
            }
            let risk = [1, 3, 6, 7].count { $0 < bits && row[$0 >> 3] >> UInt8($0 & 7) & 1 == 1 }
            let fraud = Int.random(in: 0..<44, using: &generator) < 1 + risk * risk
            let components = Self.share(row, &generator)
            let label = (
                UInt16.random(in: 0...UInt16.max, using: &generator),
                UInt16.random(in: 0...UInt16.max, using: &generator)
            )
            let labels = [label.0, label.1, (fraud ? 1 : 0) &- label.0 &- label.1]
            for party in 0..<3 {
                rows[party].append(
                    BitShares(first: components[party], second: components[(party + 1) % 3]),
                    label: CountShare(first: labels[party], second: labels[(party + 1) % 3]))
            }
            thermometers.append(row)
            frauds.append(fraud)
        }
        columns = BitColumns(thermometers: thermometers, bits: bits, fraud: frauds)
        let frequencies = BitFrequencies(parts.compactMap { Millionths(part: $0, of: 100) })
        let digest = TrainingPlan.digest(
            source: Digest32(of: [Array("cordon-bench".utf8)]), rule: rule, frequencies: frequencies, rows: count)
        let coin = TrainingCoin(seed: seed)
        plan = try TrainingPlan(plan: digest, rule: rule, coin: coin, frequencies: frequencies, rows: count)
        trainer = ReferenceTrainer(rule: rule, frequencies: frequencies, coin: coin)
    }

    private static func share(_ row: [UInt8], _ generator: inout SeededRandom) -> [[UInt8]] {
        let (zero, one) = (row.map { _ in generator.next() as UInt8 }, row.map { _ in generator.next() as UInt8 })
        return [zero, one, row.indices.map { row[$0] ^ zero[$0] ^ one[$0] }]
    }

    /// Trains, each party on a thread of its own.
    ///
    /// - Returns: by party, and the seconds from the first message to the last party's model.
    func run() throws -> (parties: [Party], seconds: Double) {
        let pairs = (0..<3).map { key in (0..<32).map { UInt8(truncatingIfNeeded: key * 32 + $0) } }
        let queues = (0..<3).map { _ in FrameQueue() }
        let out = Mutex<[Result<Party, any Error>?]>([nil, nil, nil])
        let clock = ContinuousClock()
        let begin = clock.now
        let group = DispatchGroup()
        for party in PartyID.allCases {
            group.enter()
            let rows = rows[party.rawValue]
            let thread = Thread {
                let keys = PairKeys(
                    withPrevious: SecretKey(bytes: pairs[party.rawValue]),
                    withNext: SecretKey(bytes: pairs[party.next.rawValue]))
                let result: Result<Party, any Error>
                do {
                    var session = try TrainingSession(party: party, plan: plan, rows: rows, keys: keys, attempt: 1)
                    result = .success(try Self.follow(&session, queues, party))
                } catch {
                    result = .failure(error)
                    for queue in queues { queue.put(nil) }
                }
                out.withLock { $0[party.rawValue] = result }
                group.leave()
            }
            thread.stackSize = 16 << 20
            thread.start()
        }
        group.wait()
        let seconds = (clock.now - begin) / .seconds(1)
        return (try out.withLock { try $0.map { try $0!.get() } }, seconds)
    }

    private static func follow(
        _ session: inout TrainingSession, _ queues: [FrameQueue], _ party: PartyID
    ) throws -> Party {
        var counted = Party()
        func take(_ effects: [TrainingSession.Effect]) {
            var isRound = false
            for effect in effects {
                switch effect {
                case .send(let frame, let peer):
                    isRound = true
                    counted.frames += 1
                    counted.sentBytes += Frame.headerBytes + frame.payload.count + 4
                    queues[peer.rawValue].put(frame)
                case .checkpoint: break
                case .finished(let model): counted.model = model
                }
            }
            if isRound { counted.rounds += 1 }
        }
        take(try session.start())
        while counted.model == nil {
            guard let frame = queues[party.rawValue].take() else { break }
            take(try session.receive(frame))
        }
        counted.processorSeconds = threadSeconds()
        return counted
    }

    private static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The forest that the three models' shares add up to.
    func opened(_ models: [TrainedModel]) throws -> Forest {
        let shape = models[0].shape
        func leaves<R: RingElement>(_ ring: R.Type) -> [Int32] {
            let parts = models.map { R.unpack($0.components.leavesFirst) }
            return parts[0].indices.map { Int32(signed(parts[0][$0] &+ parts[1][$0] &+ parts[2][$0])) }
        }
        let values = shape.ringBits == 16 ? leaves(UInt16.self) : leaves(UInt32.self)
        let rows = models.map { $0.components.selectionFirst }
        let trees = (0..<shape.trees).map { tree in
            Forest.Tree(
                conditions: (0..<shape.depth).map { level in
                    let row = (tree * shape.depth + level) * shape.inputBytes
                    let bits = (0..<shape.bits).filter { bit in
                        let at = row + bit >> 3
                        return (rows[0][at] ^ rows[1][at] ^ rows[2][at]) >> UInt8(bit & 7) & 1 == 1
                    }
                    return bits.count == 1 ? bits[0] : -1
                }, leaves: Array(values[tree << shape.depth..<(tree + 1) << shape.depth]))
        }
        return try Forest(trees: trees, bits: shape.bits, fractionBits: models[0].fraction)
    }
}

/// Frames that wait for a party's thread.
private final class FrameQueue: Sendable {
    private let frames = Mutex<[Frame?]>([])
    private let arrived = DispatchSemaphore(value: 0)

    /// Nil where the training is over.
    func put(_ frame: Frame?) {
        frames.withLock { $0.append(frame) }
        arrived.signal()
    }

    func take() -> Frame? {
        arrived.wait()
        return frames.withLock { $0.removeFirst() }
    }
}
