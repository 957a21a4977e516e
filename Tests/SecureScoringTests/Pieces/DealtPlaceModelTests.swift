import EventLogs
import Foundation
import LocalStore
import Records
import SecureScoring
import Support
import Testing

/// Places of dealers that are drawn at random, beside plain rules over dictionaries of their rows.
@Suite("Places of two dealers, at random")
struct DealtPlaceModelTests {
    private static let partition = 3
    private static let sealed = TopicPartition(Topics.sealed, partition)
    private static let switches = ["activations", "epochs", "next-specs", "share-generations"]

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// What a party's state has of a partition, in plain words.
    private struct Model: Equatable {
        var position: Int64
        /// Values by table and key.
        var known: [String: [String: [UInt8]]] = [:]
        /// Values by table and offset.
        var switched: [String: [Int64: [UInt8]]] = [:]

        init(_ random: inout SplitMix64) {
            func number(_ limit: Int64) -> Int64 { Int64(random.next() % UInt64(limit)) }
            position = number(20)
            for table in ["sources-3", "asked-3"] {
                for _ in 0..<number(4) {
                    known[table, default: [:]]["bank-\(number(3))/\(number(2))"] = [
                        UInt8(number(256)), UInt8(number(256)),
                    ]
                }
            }
            for table in DealtPlaceModelTests.switches {
                for _ in 0..<number(4) { switched[table, default: [:]][number(25)] = [UInt8(number(256))] }
            }
        }

        /// The state of a party that goes on from here: it has read more, and switched more.
        func further(_ random: inout SplitMix64) -> Model {
            var next = Model(&random)
            next.position = position + Int64(random.next() % 6)
            for table in DealtPlaceModelTests.switches {
                let before = switched[table]?.filter { $0.key < position } ?? [:]
                let behind = next.switched[table]?.filter { $0.key >= position } ?? [:]
                next.switched[table] = before.merging(behind) { one, _ in one }
            }
            if next.position == position { (next.known, next.switched) = (known, switched) }
            return next
        }

        /// What a host takes of this one and one that is as far or further.
        var taken: Model {
            var cut = self
            for table in cut.switched.keys { cut.switched[table] = cut.switched[table]?.filter { $0.key < position } }
            return cut.plain
        }

        /// Without tables that have nothing.
        var plain: Model {
            var plain = self
            plain.known = known.filter { !$0.value.isEmpty }
            plain.switched = switched.filter { !$0.value.isEmpty }
            return plain
        }
    }

    private func place(_ model: Model) throws -> HostDeal.Place {
        let state = try SQLiteStateStore(path: "\(folder.path)/\(UUID().uuidString).sqlite")
        var writes: [StateWrite] = []
        for (table, rows) in model.known {
            for (key, value) in rows {
                writes.append(.put(table: table, StateEntry(key: Array(key.utf8), value: value, order: 0)))
            }
        }
        for (table, rows) in model.switched {
            for (offset, value) in rows {
                let key = Array("\(Self.sealed)@\(offset)".utf8)
                writes.append(.put(table: table, StateEntry(key: key, value: value, order: offset)))
            }
        }
        try state.commit(writes, positions: [Position(Self.sealed, model.position)])
        return try HostDeal.Place(partition: Self.partition, state: state)
    }

    /// What a host's state has that a place was written to.
    private func model(_ place: HostDeal.Place) throws -> Model {
        let state = try SQLiteStateStore(path: "\(folder.path)/\(UUID().uuidString).sqlite")
        try place.write(to: state)
        var random = SplitMix64(0)
        var model = Model(&random)
        (model.position, model.known, model.switched) = (try state.position(Self.sealed) ?? -1, [:], [:])
        for table in ["sources-3", "asked-3"] {
            try state.scan(table) {
                model.known[table, default: [:]][String(decoding: $0.key, as: UTF8.self)] = $0.value
            }
        }
        for table in Self.switches {
            try state.scan(table) { model.switched[table, default: [:]][$0.order] = $0.value }
        }
        return model
    }

    @Test(
        "a host has what the dealer that is less far knew there, whichever of the two that is",
        arguments: 0..<25 as Range<UInt64>)
    func joined(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let near = Model(&random)
        let far = near.further(&random)
        let (one, other) = (try place(near), try place(far))
        let joined = try #require(HostDeal.Place(joining: one, other))
        #expect(HostDeal.Place(joining: other, one) == joined)
        #expect(joined.position == near.position)
        #expect(try model(joined) == near.taken)
        #expect(HostDeal.Place(decoding: joined.encoded, partition: Self.partition) == joined)
        // Joined with either dealer again it is itself.
        #expect(HostDeal.Place(joining: joined, other) == joined)
    }

    @Test(
        "a switch in front of the lower place that one dealer lacks, or has otherwise, makes no place",
        arguments: 0..<25 as Range<UInt64>)
    func differing(seed: UInt64) throws {
        var random = SplitMix64(100 + seed)
        var near = Model(&random)
        near.position = 10
        var far = near.further(&random)
        let table = Self.switches[Int(random.next() % 4)]
        let offset = Int64(random.next() % 10)
        near.switched[table, default: [:]][offset] = [1]
        far.switched[table, default: [:]][offset] = [2]
        let one = try place(near)
        #expect(HostDeal.Place(joining: one, try place(far)) == nil)
        far.switched[table]?[offset] = nil
        #expect(HostDeal.Place(joining: one, try place(far)) == nil)
        far.switched[table]?[offset] = [1]
        if near.position < far.position { #expect(HostDeal.Place(joining: one, try place(far)) != nil) }
    }

    @Test(
        "bytes that were changed anywhere are no place, or one that says what they say",
        arguments: 0..<10 as Range<UInt64>)
    func changed(seed: UInt64) throws {
        var random = SplitMix64(200 + seed)
        let bytes = try place(Model(&random)).encoded
        for _ in 0..<300 {
            var other = bytes
            other[Int(random.next() % UInt64(bytes.count))] ^= UInt8(1 + random.next() % 255)
            guard let read = HostDeal.Place(decoding: other, partition: Self.partition) else { continue }
            // Rows may stand in another order than a party writes them in; again written it is one spelling.
            let again = read.encoded
            #expect(again.count == other.count && HostDeal.Place(decoding: again, partition: Self.partition) == read)
        }
    }
}
