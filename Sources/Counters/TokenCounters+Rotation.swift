/// The next keys of tokens, prepared while the present ones are in use.
struct Rotation: Sendable {
    /// By number; `none` where there is none yet.
    var keys: ContiguousArray<CountedEntity>
    var index: NumberIndex<CountedEntity>
    var cursor = 0

    mutating func drop(_ number: UInt32) {
        guard keys[Int(number)] != .none else { return }
        index.remove(number, keys)
        keys[Int(number)] = .none
    }
}

/// A rotation of the tokens' key moves all state to new tokens without a pause:
///
/// 1. `beginRotation`. Events still name tokens by their present keys.
/// 2. `unmoved` lists tokens without a next key and `rekey` gives them theirs, slice after slice beside the events, until
///    none is left.
/// 3. `finishRotation`, at the record from which on events name tokens by their next keys: takes the same time for any
///    number of tokens.
/// 4. `renew`, slice after slice, rewrites rows that still bear former keys, so that these can't be linked to new ones.
///
/// Rows hold how far it is, so a crash between any two slices loses none of them.
extension TokenCounters {
    package enum RotationError: Error, Sendable, Hashable {
        /// One is under way, or rows of the last one still bear former keys.
        case underWay
        case notUnderWay
        /// This many tokens have no next key.
        case unmoved(Int)
        /// The next key is another token's.
        case taken
    }

    /// Takes memory for a second key of every token.
    ///
    /// - Throws: `underWay`.
    package mutating func beginRotation() throws(RotationError) {
        guard rotation == nil, renewed >= renewable else { throw .underWay }
        rotation = Rotation(
            keys: .init(repeating: .none, count: keys.count), index: NumberIndex(capacity: count + count / 4))
    }

    /// The present key of a token that is known by its next one.
    func present(ofNext token: CountedEntity) -> CountedEntity? {
        rotation.flatMap { $0.index.number(of: token, $0.keys) }.map { keys[Int($0)] }
    }

    /// Tokens without a next key; 0 where no rotation is under way.
    package var unmovedCount: Int { rotation.map { count - $0.index.count } ?? 0 }

    /// Up to `limit` tokens that have no next key yet.
    package mutating func unmoved(_ limit: Int) -> [CountedEntity] {
        guard var rotation else { return [] }
        self.rotation = nil
        defer { self.rotation = rotation }
        var found: [CountedEntity] = []
        for _ in 0..<keys.count where found.count < limit {
            if rotation.cursor >= keys.count { rotation.cursor = 0 }
            let at = rotation.cursor
            rotation.cursor += 1
            if keys[at] != .none, rotation.keys[at] == .none { found.append(keys[at]) }
        }
        return found
    }

    /// Gives tokens their next keys. Tokens that have gone in the meantime, or have theirs, are left out.
    package mutating func rekey(_ slice: some Sequence<(from: CountedEntity, to: CountedEntity)>) throws(RotationError)
    {
        guard rotation != nil else { throw .notUnderWay }
        for (from, to) in slice {
            guard let number = index.number(of: from, keys), rotation?.keys[Int(number)] == CountedEntity.none else {
                continue
            }
            guard moveOne(number, to) else { throw .taken }
        }
    }

    /// False where the next key is another token's.
    private mutating func moveOne(_ number: UInt32, _ to: CountedEntity) -> Bool {
        guard var rotation else { return false }
        self.rotation = nil
        defer { self.rotation = rotation }
        guard rotation.index.number(of: to, rotation.keys) == nil else { return false }
        rotation.keys[Int(number)] = to
        rotation.index.insert(number, rotation.keys)
        change(number)
        return true
    }

    /// The end of a rotation: next keys become the present ones in constant time, and `renew` has every row to do.
    ///
    /// - Throws: `notUnderWay`; `unmoved`, with how many tokens have no next key.
    package mutating func finishRotation() throws(RotationError) {
        guard let rotation else { throw .notUnderWay }
        guard unmovedCount == 0 else { throw .unmoved(unmovedCount) }
        keys = rotation.keys
        index = rotation.index
        self.rotation = nil
        generation += 1
        renewed = 0
        renewable = keys.count
    }

    /// Has the rows of the next `limit` tokens written anew; false where none bears a former key any more.
    package mutating func renew(_ limit: Int) -> Bool {
        let end = min(renewed + limit, renewable)
        for number in renewed..<end where keys[number] != .none { change(UInt32(number)) }
        renewed = max(renewed, end)
        return renewed < renewable
    }
}

extension TokenCounters.RotationError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .underWay: "a rotation is under way, or rows of the last one still bear former keys"
        case .notUnderWay: "no rotation is under way"
        case .unmoved(let count): "\(count) tokens have no next key yet"
        case .taken: "the next key is another token's"
        }
    }
}
