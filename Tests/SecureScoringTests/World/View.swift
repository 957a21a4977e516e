import EventLogs
import Foundation
import Records
import SecureScoring
import Support
import Synchronization
import Testing
import ThreeParty

/// All that one role sees of a run, in named streams.
struct View {
    struct Item {
        /// What has to be alike in runs that differ in what the role must not learn.
        var open: [UInt8]
        /// What may differ, in value and not in length: shares, masked values, what is sealed for others, tags.
        var hidden: [UInt8] = []
    }

    private(set) var streams: [String: [Item]] = [:]

    mutating func add(_ item: Item, to stream: String) { streams[stream, default: []].append(item) }

    mutating func add(_ text: String, to stream: String) { add(Item(open: Array(text.utf8)), to: stream) }

    /// Where two views differ, in words; none where they are alike.
    func differences(from other: View) -> [String] {
        Set(streams.keys).union(other.streams.keys).sorted().flatMap { name -> [String] in
            let (one, two) = (streams[name] ?? [], other.streams[name] ?? [])
            if one.count != two.count { return ["\(name): \(one.count) and \(two.count)"] }
            return zip(one, two).enumerated().compactMap { index, pair in
                if pair.0.open != pair.1.open { return "\(name) \(index): what is open" }
                return pair.0.hidden.count != pair.1.hidden.count ? "\(name) \(index): size" : nil
            }
        }
    }

    /// The same for the hidden parts of streams that begin so.
    func hiddenDifferences(from other: View, in prefix: String) -> [String] {
        streams.keys.filter { $0.hasPrefix(prefix) }.sorted().filter { name in
            streams[name]?.map(\.hidden) != other.streams[name]?.map(\.hidden)
        }
    }

    func hidden(in prefix: String) -> [UInt8] {
        streams.filter { $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }.flatMap { $0.value.flatMap(\.hidden) }
    }
}

/// Whether bytes pass for uniformly random ones: bits in balance, and all values (of bytes, or half bytes where there are few)
/// about as frequent. It fails random bytes less than once in a million times.
func looksUniform(_ bytes: [UInt8]) -> Bool {
    let bits = Double(bytes.count * 8)
    let ones = Double(bytes.reduce(0) { $0 + $1.nonzeroBitCount })
    guard bits >= 512, abs(ones - bits / 2) < 6 * (bits / 4).squareRoot() else { return false }
    let symbols = bytes.count >= 4096 ? bytes.map { Int($0) } : bytes.flatMap { [Int($0 >> 4), Int($0 & 15)] }
    let kinds = bytes.count >= 4096 ? 256 : 16
    var counts = [Int](repeating: 0, count: kinds)
    for symbol in symbols { counts[symbol] += 1 }
    let expected = Double(symbols.count) / Double(kinds)
    let statistic = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    let freedom = Double(kinds - 1)
    return statistic < freedom + 8 * (2 * freedom).squareRoot()
}

/// Names for digests: they hang on ciphertexts, and so differ between any two runs; which stands where does not.
struct DigestNames {
    private var names: [[UInt8]: [UInt8]] = [:]

    mutating func add(_ digest: [UInt8], _ name: String) {
        names[digest] = Array("<\(name)>".utf8)
    }

    /// Each digest replaced by its name.
    func replace(in bytes: [UInt8]) -> [UInt8] {
        guard bytes.count >= 32 else { return bytes }
        var out: [UInt8] = []
        var at = 0
        while at < bytes.count {
            if at + 32 <= bytes.count, let name = names[Array(bytes[at..<at + 32])] {
                out += name
                at += 32
            } else {
                out.append(bytes[at])
                at += 1
            }
        }
        return out
    }
}

/// What the parties keep, in all tables.
final class WatchedState: Sendable {
    struct Place: Hashable {
        var party: PartyID
        var table: String
        var key: [UInt8]
    }

    private let all = Mutex<[Place: (value: [UInt8], order: Int64)]>([:])

    func watch(_ party: PartyID, _ store: any StateStore) -> any StateStore {
        Store(party: party, watched: self, store: store)
    }

    func entries(_ party: PartyID) -> [(place: Place, value: [UInt8], order: Int64)] {
        all.withLock { all in
            all.filter { $0.key.party == party }.map { ($0.key, $0.value.value, $0.value.order) }
        }.sorted { ($0.place.table, hexadecimal($0.place.key)) < ($1.place.table, hexadecimal($1.place.key)) }
    }

    private struct Store: StoreDecorator {
        let party: PartyID
        let watched: WatchedState
        let store: any StateStore

        func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
            try store.commit(writes, positions: positions)
            watched.all.withLock { all in
                for write in writes {
                    switch write {
                    case .put(let table, let entry):
                        all[Place(party: party, table: table, key: entry.key)] = (entry.value, entry.order)
                    case .putAll(let table, let rows):
                        rows.forEach { key, value in
                            all[Place(party: party, table: table, key: Array(key))] = (Array(value), 0)
                        }
                    case .remove(let table, let key): all[Place(party: party, table: table, key: key)] = nil
                    }
                }
                for position in positions {
                    let key = Array("\(position.partition)".utf8)
                    all[Place(party: party, table: "positions", key: key)] = ([], position.offset)
                }
            }
        }

        func removeAll(in table: String, below bound: Int64) throws(LogError) {
            try store.removeAll(in: table, below: bound)
            watched.all.withLock { all in
                all = all.filter { place, entry in
                    place.party != party || place.table != table || entry.order == 0 || entry.order >= bound
                }
            }
        }

        func removeAll(in table: String, keysBelow bound: [UInt8]) throws(LogError) {
            try store.removeAll(in: table, keysBelow: bound)
            watched.all.withLock { all in
                all = all.filter { place, _ in
                    place.party != party || place.table != table || !place.key.lexicographicallyPrecedes(bound)
                }
            }
        }
    }
}

/// Every frame that was sent.
final class SentFrames: Sendable {
    private let all = Mutex<[(frame: Frame, to: PartyID)]>([])

    func watch(_ wire: Wire) {
        wire.decide { [self] frame, peer in
            all.withLock { $0.append((frame, peer)) }
            return .pass
        }
    }

    var frames: [(frame: Frame, to: PartyID)] { all.withLock { $0 } }
}
