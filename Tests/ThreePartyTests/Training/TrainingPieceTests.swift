import Records
import Support
import Testing
import ThreeParty

@Suite("A piece of a training message")
struct TrainingPieceTests {
    @Test("has group, round, piece and pieces of two bytes each, and what follows")
    func layout() throws {
        let piece = try #require(TrainingPiece(decoding: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]))
        #expect(piece.place == .init(group: 258, round: 772) && piece.piece == 1286 && piece.pieces == 1800)
        #expect(Array(piece.bytes) == [9, 10, 11])
        let empty = try #require(TrainingPiece(decoding: [255, 255, 255, 255, 255, 254, 255, 255]))
        #expect(empty.place == .init(group: 65_535, round: 65_535) && empty.bytes.isEmpty)
        #expect(empty.piece == 65_534 && empty.pieces == 65_535)
    }

    @Test("is none where its header is cut, it is not one of its pieces, or it has more bytes than a piece")
    func refusals() {
        let whole: [UInt8] = [0, 1, 0, 2, 0, 0, 0, 1]
        for count in 0..<8 { #expect(TrainingPiece(decoding: Array(whole[..<count])) == nil) }
        #expect(TrainingPiece(decoding: whole) != nil)
        for (piece, pieces) in [(0, 0), (1, 1), (2, 1), (256, 256), (511, 256), (65_535, 65_535)] {
            let numbers = [UInt8(piece >> 8), UInt8(piece & 255), UInt8(pieces >> 8), UInt8(pieces & 255)]
            #expect(TrainingPiece(decoding: [0, 1, 0, 2] + numbers) == nil, "\(piece) of \(pieces)")
        }
        let most = [UInt8](repeating: 1, count: 262_144)
        #expect(TrainingPiece(decoding: whole + most)?.bytes.count == 262_144)
        #expect(TrainingPiece(decoding: whole + most + [1]) == nil)
    }
}

/// Trainings of so many rows that what a party sends in the first round takes three pieces.
@Suite("A training message of several pieces")
struct TrainingPiecesTests {
    private static let (rowCount, bits) = (20_000, 23)
    /// The hash and a third of all columns' elements, labels among them.
    private static let messageBytes = 32 + rowCount * (bits + 1) / 3 * 4
    private let plan: TrainingPlan
    private let rows: TrainingRows
    private let keys = StepCell(seed: 3)

    init() throws {
        let frequencies = BitFrequencies((0..<Self.bits).map { Millionths(part: $0 + 1, of: Self.bits + 1)! })
        plan = try TrainingPlan(
            plan: Digest32(of: [[5]]), rule: TrainingRule(trees: 1, stages: [1], group: 1, candidates: 2),
            coin: TrainingCoin(seed: 5), frequencies: frequencies, rows: Self.rowCount)
        var rows = TrainingRows(bits: Self.bits)
        let share = BitShares(first: [1, 2, 3], second: [4, 5, 6])
        for _ in 0..<Self.rowCount { rows.append(share, label: CountShare(first: 1, second: 0)) }
        self.rows = rows
    }

    /// The frames that party 0 sends to party 1.
    private func frames() throws -> [Frame] {
        var session = try TrainingSession(
            party: .zero, plan: plan, rows: rows, keys: TrainingKeys(keys.pair(.zero)), attempt: 1)
        var sent: [Frame] = []
        for case .send(let frame, .one) in try session.start() { sent.append(frame) }
        return sent
    }

    /// What party 1 says to frames, and whom it still waits for.
    private func error(_ frames: [Frame]) throws -> (TrainingError?, missing: [PartyID]) {
        var session = try TrainingSession(
            party: .one, plan: plan, rows: rows, keys: TrainingKeys(keys.pair(.one)), attempt: 1)
        _ = try session.start()
        do throws(TrainingError) {
            for frame in frames { #expect(try session.receive(frame).isEmpty) }
            return (nil, session.missing)
        } catch { return (error, session.missing) }
    }

    @Test("is cut into full pieces and a rest, numbered from 0")
    func cut() throws {
        let frames = try frames()
        #expect(frames.count == 3)
        var left = Self.messageBytes
        for (at, frame) in frames.enumerated() {
            #expect(Array(frame.payload[..<8]) == [0, 0, 0, 0, 0, UInt8(at), 0, 3])
            #expect(frame.payload.count == 8 + min(left, 262_144))
            left -= frame.payload.count - 8
        }
        #expect(left == 0)
    }

    @Test("is whole after its last piece; pieces of one sender in another order, or twice, have no place")
    func order() throws {
        let frames = try frames()
        let whole = try error(frames)
        #expect(whole.0 == nil && whole.missing == [.two])
        for some in 0..<3 {
            let part = try error(Array(frames[..<some]))
            #expect(part.0 == nil && Set(part.missing) == [.zero, .two])
        }
        for order in [[1], [2], [0, 0], [0, 2], [0, 1, 1], [0, 1, 0], [0, 1, 2, 2], [0, 1, 2, 0]] {
            #expect(try error(order.map { frames[$0] }).0 == .unexpected(peer: .zero), "\(order)")
        }
    }

    @Test("has the length that belongs there, in that many pieces")
    func lengths() throws {
        let frames = try frames()
        func changed(_ at: Int, _ change: (inout [UInt8]) -> Void) throws -> TrainingError? {
            var frames = frames
            change(&frames[at].payload)
            return try error(frames).0
        }
        func wrong(_ got: Int) -> TrainingError { .wrongLength(peer: .zero, expected: Self.messageBytes, got: got) }
        let last = frames[2].payload.count - 8
        // It says four pieces, or two: as if this one were its last.
        #expect(try changed(0) { $0[7] = 4 } == wrong(3 * 262_144 + 262_144))
        #expect(try changed(2) { $0[7] = 4 } == wrong(3 * 262_144 + last))
        #expect(try changed(1) { $0[7] = 2 } == wrong(2 * 262_144))
        for at in 0..<3 {
            #expect(try changed(at) { $0.removeLast() } == wrong(Self.messageBytes - 1), "piece \(at)")
        }
        #expect(try changed(2) { $0.append(0) } == wrong(Self.messageBytes + 1))
        // A full piece takes no byte more: it is no piece then.
        #expect(try changed(1) { $0.append(0) } == .unexpected(peer: .zero))
    }

    @Test("is told by its frames' digest in every piece")
    func digests() throws {
        let frames = try frames()
        for at in 0..<3 {
            var changed = frames
            changed[at].digest = Digest32(of: [[9]])
            #expect(try error(changed).0 == .disagreement(peer: .zero))
        }
    }
}
