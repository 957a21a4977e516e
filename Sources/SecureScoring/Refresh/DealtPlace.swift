package import EventLogs
import Records
import ThreeParty

extension HostDeal {
    /// How far a party is on one partition of `consortium.sealed`: the position, the sources that are taken, the events that
    /// members asked about and how many a day, and all that was switched: models, epochs of keys, next specs and generations. Both
    /// dealers know all of it; it is secret to nobody who gets it.
    package struct Place: Sendable, Hashable, Unprinted {
        package let partition: Int
        /// The offset below which everything is scored.
        package let position: Int64
        /// In the order of tables, orders and keys.
        private let rows: [Row]

        private struct Row: Sendable, Hashable {
            let table: Table
            let key: [UInt8]
            let value: [UInt8]
            let order: Int64

            var rank: [UInt8] { [table.rawValue] + order.bigEndianBytes + key }
        }

        /// The tables of a party's state that its place is in.
        private enum Table: UInt8, CaseIterable {
            case sources = 1
            case asked = 2
            case activations = 3
            case epochs = 4
            case specs = 5
            case generations = 6

            func name(_ partition: Int) -> String {
                switch self {
                case .sources: SourcePositions.table(partition)
                case .asked: AskedEventStore.table(partition)
                case .activations: ActivationHistory.table
                case .epochs: EpochSwitch.table
                case .specs: SpecSwitch.table
                case .generations: GenerationSwitch.table
                }
            }

            /// Whether rows are switches: under the partition and the offset of a record, which is their order.
            var isOfSwitches: Bool { self != .sources && self != .asked }
        }

        /// The place that a party's state holds.
        package init(partition: Int, state: any StateStore) throws {
            let sealed = TopicPartition(Topics.sealed, partition)
            let prefix = Array("\(sealed)@".utf8)
            var rows: [Row] = []
            for table in Table.allCases {
                try state.scan(table.name(partition)) { entry in
                    guard !table.isOfSwitches || entry.key.starts(with: prefix) else { return }
                    rows.append(Row(table: table, key: entry.key, value: entry.value, order: entry.order))
                }
            }
            self.init(partition, try state.position(sealed) ?? 0, rows)
        }

        private init(_ partition: Int, _ position: Int64, _ rows: [Row]) {
            self.partition = partition
            self.position = position
            self.rows = rows.sorted { $0.rank.lexicographicallyPrecedes($1.rank) }
        }

        /// The place of two dealers: the one that is less far. What lies behind it is read again, as after a crash. Nil where what
        /// both must have is not alike: switches in front of it, and all where both are as far.
        package init?(joining one: Place, _ other: Place) {
            let lower = one.position <= other.position ? one : other
            func cut(_ place: Place, to tables: (Table) -> Bool) -> [Row] {
                place.rows.filter { row in
                    tables(row.table) && (!row.table.isOfSwitches || row.order < lower.position)
                }
            }
            let both: (Table) -> Bool = { $0.isOfSwitches || one.position == other.position }
            guard one.partition == other.partition, cut(one, to: both) == cut(other, to: both) else { return nil }
            self.init(lower.partition, lower.position, cut(lower) { _ in true })
        }

        /// Writes it to a state that has none of the partition.
        package func write(to state: any StateStore) throws(LogError) {
            try state.commit(
                rows.map { row in
                    .put(
                        table: row.table.name(partition),
                        StateEntry(key: row.key, value: row.value, order: row.order))
                }, positions: [Position(TopicPartition(Topics.sealed, partition), position)])
        }

        /// Position (8), how many rows (4), of each its table (1), the lengths of key (2) and value (4), its order (8), key, value.
        package var encoded: [UInt8] {
            var out = position.bigEndianBytes + UInt32(rows.count).bigEndianBytes
            for row in rows {
                out.append(row.table.rawValue)
                out += UInt16(row.key.count).bigEndianBytes + UInt32(row.value.count).bigEndianBytes
                out += row.order.bigEndianBytes
                out += row.key
                out += row.value
            }
            return out
        }

        /// Nil for bytes that are no place.
        package init?(decoding bytes: [UInt8], partition: Int) {
            var rest = bytes[...]
            func take(_ count: Int) -> ArraySlice<UInt8>? {
                guard count <= rest.count else { return nil }
                defer { rest = rest.dropFirst(count) }
                return rest.prefix(count)
            }
            func signed() -> Int64? { take(8).map { Int64(bitPattern: UInt64(bigEndianBytes: $0)) } }
            guard let position = signed(), position >= 0,
                let count = take(4).map({ Int(UInt32(bigEndianBytes: $0)) }), count <= rest.count / 15
            else { return nil }
            var rows: [Row] = []
            rows.reserveCapacity(count)
            for _ in 0..<count {
                guard let table = take(1)?.first.flatMap(Table.init), let keyLength = take(2), let length = take(4),
                    let order = signed(), let key = take(Int(UInt16(bigEndianBytes: keyLength))),
                    let value = take(Int(UInt32(bigEndianBytes: length)))
                else { return nil }
                rows.append(Row(table: table, key: Array(key), value: Array(value), order: order))
            }
            guard rest.isEmpty else { return nil }
            self.init(partition, position, rows)
        }
    }
}
