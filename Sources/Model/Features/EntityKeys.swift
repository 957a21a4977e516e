import Crypto
package import Records
package import Secrets

/// What windows know of a transaction: when, how much, and whose, by keyed hashes of their names. Windows hold no name.
package struct WindowEvent: Sendable {
    /// Seconds since 1970.
    package var time: Int64
    /// Hundredths of the consortium's currency.
    package var amount: Int64
    package var keys: EntityKeys

    package init(time: Int64, amount: Int64, keys: EntityKeys) {
        self.time = time
        self.amount = amount
        self.keys = keys
    }
}

/// One key an entity of a transaction; 0 where it names none.
package struct EntityKeys: Sendable {
    /// How many kinds of entities there are.
    package static let count = Feature.Entity.allCases.count
    private var values = InlineArray<10, UInt64>(repeating: 0)

    package init() {}

    package subscript(entity: Feature.Entity) -> UInt64 {
        get { values[entity.index] }
        set { values[entity.index] = newValue }
    }

    package subscript(index: Int) -> UInt64 {
        get { values[index] }
        set { values[index] = newValue }
    }
}

extension Feature.Entity {
    /// Its place among all entities; never renumbered, since kept state goes by it.
    package var index: Int {
        switch self {
        case .customer: 0
        case .terminal: 1
        case .account: 2
        case .card: 3
        case .payee: 4
        case .merchant: 5
        case .merchantCategory: 6
        case .device: 7
        case .ip: 8
        case .country: 9
        }
    }
}

/// Turns names into keys: SipHash-2-4 (Aumasson and Bernstein, 2012) under a secret key, so that nobody who chooses
/// names can make two of them collide. Two names of one entity have equal keys by chance with 2^-64.
package struct EntityHasher: Sendable {
    private let k0: UInt64
    private let k1: UInt64

    /// A hasher of the two halves of a secret key. Zeros, the default, are for training and tests, where nobody chooses
    /// names to collide.
    package init(k0: UInt64 = 0, k1: UInt64 = 0) {
        self.k0 = k0
        self.k1 = k1
    }

    /// - Parameter key: at least 16 bytes, of which the first 16 are used.
    package init(key: borrowing SecretKey) {
        self = key.lend { key in
            key.withUnsafeBytes { bytes in
                EntityHasher(
                    k0: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                    k1: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
            }
        }
    }

    /// The transaction as windows know it, with one key for each entity that it names.
    package func event(of transaction: Transaction) -> WindowEvent {
        var keys = EntityKeys()
        for entity in Feature.Entity.allCases {
            guard let name = transaction.name(of: entity) else { continue }
            keys[entity] = key(name, of: entity)
        }
        return WindowEvent(time: transaction.time.seconds, amount: transaction.amount.value, keys: keys)
    }

    /// Never 0. Equal names of different entities have unrelated keys.
    package func key(_ name: String, of entity: Feature.Entity) -> UInt64 {
        var name = name
        let key = name.withUTF8 { bytes in hash(bytes, domain: UInt8(entity.index)) }
        return key == 0 ? 1 : key
    }

    /// SipHash-2-4 of `bytes`, with `domain` mixed into the key.
    package func hash(_ bytes: UnsafeBufferPointer<UInt8>, domain: UInt8 = 0) -> UInt64 {
        var v0 = k0 ^ 0x736f_6d65_7073_6575
        var v1 = k1 ^ 0x646f_7261_6e64_6f6d ^ UInt64(domain) << 32
        var v2 = k0 ^ 0x6c79_6765_6e65_7261
        var v3 = k1 ^ 0x7465_6462_7974_6573

        func round() {
            v0 &+= v1; v1 = (v1 << 13 | v1 >> 51) ^ v0; v0 = v0 << 32 | v0 >> 32
            v2 &+= v3; v3 = (v3 << 16 | v3 >> 48) ^ v2
            v0 &+= v3; v3 = (v3 << 21 | v3 >> 43) ^ v0
            v2 &+= v1; v1 = (v1 << 17 | v1 >> 47) ^ v2; v2 = v2 << 32 | v2 >> 32
        }

        var at = 0
        while at + 8 <= bytes.count {
            let word = UInt64(
                littleEndian: UnsafeRawBufferPointer(bytes).loadUnaligned(fromByteOffset: at, as: UInt64.self))
            v3 ^= word
            round(); round()
            v0 ^= word
            at += 8
        }
        var last = UInt64(bytes.count & 0xFF) << 56
        for index in at..<bytes.count { last |= UInt64(bytes[index]) << UInt64(8 * (index - at)) }
        v3 ^= last
        round(); round()
        v0 ^= last
        v2 ^= 0xFF
        round(); round(); round(); round()
        return v0 ^ v1 ^ v2 ^ v3
    }
}
