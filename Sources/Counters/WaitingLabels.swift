import Records
import ThreeParty

/// What members said of events that have not come: a log may hold a transaction back while its label goes ahead. The word counts
/// when the event does.
///
/// It stays bounded: of each member the last `limit` words wait, each for as long as an event of its time is in a window.
struct WaitingLabels: Sendable {
    struct Word: Sendable {
        let id: EventID
        /// This party's share of what was said last, in the generation in force.
        var label: CountShare
        /// When the log took the first word, in seconds since 1970.
        let since: UInt32
    }

    /// The most words of a member.
    static let limit = 256

    /// By member's number, in the order in which they came.
    private var words: [UInt8: [Word]] = [:]

    var isEmpty: Bool { words.isEmpty }

    /// Keeps a word in the place of the one before on the same event. The oldest goes where there is no room.
    mutating func put(_ key: EventKey, _ label: CountShare, logged: EventTime) {
        var own = words[key.member.value] ?? []
        if let at = own.firstIndex(where: { $0.id == key.id }) {
            own[at].label = label
        } else {
            if own.count == Self.limit { own.removeFirst() }
            own.append(Word(id: key.id, label: label, since: UInt32(clamping: logged.seconds)))
        }
        words[key.member.value] = own
    }

    /// Takes the word on an event that has come; nil where there is none.
    mutating func take(_ key: EventKey) -> CountShare? {
        guard let at = words[key.member.value]?.firstIndex(where: { $0.id == key.id }) else { return nil }
        let word = words[key.member.value]?.remove(at: at)
        if words[key.member.value]?.isEmpty == true { words[key.member.value] = nil }
        return word?.label
    }

    /// Drops words from before a time, in seconds since 1970.
    mutating func expire(before oldest: Int64) {
        for (member, own) in words where own.contains(where: { Int64($0.since) < oldest }) {
            let rest = own.filter { Int64($0.since) >= oldest }
            words[member] = rest.isEmpty ? nil : rest
        }
    }

    /// Brings all words to a generation of shares.
    mutating func refresh(by key: RefreshKey, of party: PartyID) {
        guard !isEmpty else { return }
        let zeros = key.countZeros("waiting", of: party)
        for (member, own) in words {
            let added = zeros.shares(own.map { CountZeros.Address(row: $0.id.number, place: UInt64(member)) })
            for (at, zero) in added.enumerated() { words[member]?[at].label += zero }
        }
    }

    /// Puts others in the place of all shares, in order.
    mutating func mapShares(_ body: (CountShare) -> CountShare) {
        for (member, own) in words.sorted(by: { $0.key < $1.key }) {
            words[member] = own.map { Word(id: $0.id, label: body($0.label), since: $0.since) }
        }
    }

    /// Adds another dealer's components; false where they are of other words.
    mutating func join(_ other: WaitingLabels) -> Bool {
        guard words.mapValues({ $0.map(\.id) }) == other.words.mapValues({ $0.map(\.id) }) else { return false }
        for (member, own) in other.words {
            for (at, word) in own.enumerated() { words[member]?[at].label += word.label }
        }
        return true
    }

    // MARK: Rows

    /// How many words (2), then member (1), event (16), time (4) and the label's components (2 each) of each, by member and in
    /// order; little-endian.
    var header: [UInt8] {
        var out = UInt16.pack([UInt16(words.values.reduce(0) { $0 + $1.count })])
        for (member, own) in words.sorted(by: { $0.key < $1.key }) {
            for word in own {
                out.append(member)
                word.id.write(to: &out)
                withUnsafeBytes(of: word.since.littleEndian) { out += $0 }
                out += UInt16.pack([word.label.first, word.label.second])
            }
        }
        return out
    }

    private static let wordBytes = 25

    init() {}

    /// Takes its part from the front of `header`; nil where that is none.
    init?(taking header: inout ArraySlice<UInt8>) {
        guard header.count >= 2 else { return nil }
        let count = Int(UInt16.unpack(Array(header.prefix(2)))[0])
        header.removeFirst(2)
        guard header.count >= count * Self.wordBytes else { return nil }
        for _ in 0..<count {
            let row = Array(header.prefix(Self.wordBytes))
            header.removeFirst(Self.wordBytes)
            let label = UInt16.unpack(Array(row[21...]))
            guard let key = EventKey(row[..<17]), words[key.member.value]?.contains(where: { $0.id == key.id }) != true,
                words[key.member.value]?.count ?? 0 < Self.limit
            else { return nil }
            words[key.member.value, default: []].append(
                Word(
                    id: key.id, label: CountShare(first: label[0], second: label[1]),
                    since: UInt32.unpack(Array(row[17..<21]))[0]))
        }
    }
}
