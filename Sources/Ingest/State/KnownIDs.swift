/// The ids of a member's recent transactions with a digest of what each said, sixteen bytes an id: open addressing with
/// linear probing over keyed hashes. Ten million take 256 MB.
///
/// Ids are told apart by 64 bits of a keyed hash: that two of ten million are taken for each other has a probability of
/// about 3 in a million, and then the second is rejected as a conflict.
struct KnownIDs: Sendable {
    struct Entry: Sendable {
        /// 0 where the place is free.
        var id: UInt64 = 0
        var content: UInt32 = 0
        /// The block that holds the transaction; the highest bits say what the last verdict was.
        fileprivate var place: UInt32 = 0

        var block: UInt32 { place & ~(Self.fraudBit | Self.clearBit) }
        /// The last verdict: a confirmed fraud, or none; nil before any.
        var verdict: Bool? { fraud ? true : place & Self.clearBit != 0 ? false : nil }
        var fraud: Bool { place & Self.fraudBit != 0 }
        private static let fraudBit: UInt32 = 1 << 31
        private static let clearBit: UInt32 = 1 << 30

        init() {}

        init(id: UInt64, content: UInt32, block: UInt32, verdict: Bool?) {
            self.id = id
            self.content = content
            place = block | (verdict == true ? Self.fraudBit : verdict == false ? Self.clearBit : 0)
        }
    }

    private var table: ContiguousArray<Entry> = .init(repeating: Entry(), count: 1024)
    /// Ids that take a place; some may be forgotten already.
    private(set) var taken = 0
    /// The first block whose ids are known; those of earlier ones are forgotten.
    private(set) var firstBlock: UInt32 = 0

    subscript(id: UInt64) -> Entry? {
        let entry = table[slot(id)]
        return entry.id == id && entry.block >= firstBlock ? entry : nil
    }

    mutating func insert(_ entry: Entry) {
        // Above three quarters full, probes get long.
        if taken * 4 >= table.count * 3 { rebuild() }
        let slot = slot(entry.id)
        if table[slot].id == 0 { taken += 1 }
        table[slot] = entry
    }

    mutating func mark(_ id: UInt64, verdict: Bool) {
        let slot = slot(id)
        guard table[slot].id == id else { return }
        table[slot] = Entry(id: id, content: table[slot].content, block: table[slot].block, verdict: verdict)
    }

    /// Forgets the ids of blocks before `block`; its room is used again when the table next fills up.
    mutating func forget(before block: UInt32) { firstBlock = max(firstBlock, block) }

    private mutating func rebuild() {
        let live = table.count { $0.id != 0 && $0.block >= firstBlock }
        let old = table
        table = .init(repeating: Entry(), count: live * 2 >= old.count ? old.count * 2 : old.count)
        taken = live
        for entry in old where entry.id != 0 && entry.block >= firstBlock { table[slot(entry.id)] = entry }
    }

    /// The place where the id is, or would go.
    private func slot(_ id: UInt64) -> Int {
        let mask = table.count - 1
        var slot = Int(truncatingIfNeeded: id) & mask
        while table[slot].id != 0, table[slot].id != id { slot = (slot + 1) & mask }
        return slot
    }
}
