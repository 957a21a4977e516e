package import EventLogs
import Records
import Sealing
import Secrets
import Synchronization

/// A state whose values are sealed (XAES-256-GCM, `SealedBox`), each bound to its table and key: a row that is changed, moved or
/// taken from another state does not open. Tables, keys, orders and positions are in the clear: they hold hashes, numbers,
/// times and offsets.
package final class SealedStore: StoreDecorator {
    /// What seals and opens, for one thread at a time.
    private struct Cipher: ~Copyable {
        let sealer: BoxSealer
        let opener: BoxCipher
        /// Opens rows that were sealed before the state had a key of its own.
        let former: BoxCipher?
    }

    package let store: any StateStore
    private let cipher: Mutex<Cipher>

    /// - Parameters:
    ///   - key: 32 bytes, of this state alone.
    ///   - former: opens rows that `key` does not; nil where there are none.
    init(_ store: any StateStore, key: borrowing SecretKey, former: consuming SecretKey?) {
        self.store = store
        var opener: BoxCipher?
        if let former { opener = BoxCipher(former) }
        cipher = Mutex(
            Cipher(sealer: BoxSealer(key, random: randomBytes), opener: BoxCipher(key), former: opener))
    }

    /// Seals all rows anew that the state's former key sealed. Nobody else may write meanwhile.
    func sealFormerRows() throws {
        for table in try store.tables() where table != DataKeyEntry.table {
            var former: [StateEntry] = []
            try store.scan(table) { entry in
                if !isNew(entry.value, table, entry.key) {
                    former.append(StateEntry(key: entry.key, value: [], order: entry.order))
                }
            }
            // In parts: keys fit into memory, values may not.
            for start in stride(from: 0, to: former.count, by: 1000) {
                var part = Array(former[start..<min(start + 1000, former.count)])
                for at in part.indices { part[at].value = try value(table, part[at].key) ?? [] }
                try commit(part.map { .put(table: table, $0) }, positions: [])
            }
        }
    }

    /// Whether a row is sealed by the state's own key.
    private func isNew(_ box: [UInt8], _ table: String, _ key: [UInt8]) -> Bool {
        var value: [UInt8] = []
        return cipher.withLock { cipher in
            box.withUnsafeBytes {
                SealedBox.open($0, under: cipher.opener, associated: Self.place(table, key), into: &value)
            }
        }
    }

    package func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
        let sealed = cipher.withLock { cipher in writes.map { Self.sealed($0, cipher.sealer) } }
        try store.commit(sealed, positions: positions)
    }

    package func value(_ table: String, _ key: [UInt8]) throws(LogError) -> [UInt8]? {
        guard let box = try store.value(table, key) else { return nil }
        return try opened(box, table, key)
    }

    package func values(_ table: String, _ keys: [[UInt8]]) throws(LogError) -> [[UInt8]?] {
        let boxes = try store.values(table, keys)
        var values: [[UInt8]?] = []
        for (key, box) in zip(keys, boxes) {
            values.append(try box.map { box throws(LogError) in try opened(box, table, key) })
        }
        return values
    }

    package func scan(_ table: String, _ body: (StateEntry) throws -> Void) throws {
        try store.scan(table) { entry in
            var entry = entry
            entry.value = try opened(entry.value, table, entry.key)
            try body(entry)
        }
    }

    package func scan(_ table: String, from first: [UInt8], while body: (StateEntry) throws -> Bool) throws {
        try store.scan(table, from: first) { entry in
            var entry = entry
            entry.value = try opened(entry.value, table, entry.key)
            return try body(entry)
        }
    }

    // MARK: Rows

    /// What a row is bound to: its table and key, each behind its length.
    private static func place(_ table: String, _ key: some Collection<UInt8>) -> [UInt8] {
        var place: [UInt8] = [UInt8(truncatingIfNeeded: table.utf8.count)]
        place.reserveCapacity(1 + table.utf8.count + key.count)
        place += table.utf8
        place += key
        return place
    }

    private static func sealed(_ write: StateWrite, _ sealer: BoxSealer) -> StateWrite {
        switch write {
        case .put(let table, var entry):
            var box: [UInt8] = []
            sealer.seal(
                entry.value, fresh: randomBytes(BoxSealer.freshBytes)[...], associated: place(table, entry.key),
                onto: &box)
            entry.value = box
            return .put(table: table, entry)
        case .putAll(let table, let rows):
            return .putAll(table: table, sealed(rows, table, sealer))
        case .remove:
            return write
        }
    }

    /// Many rows, with the random bytes of all of them from one call.
    private static func sealed(_ rows: StateRows, _ table: String, _ sealer: BoxSealer) -> StateRows {
        var out = StateRows(capacity: rows.count, bytes: 256)
        let fresh = randomBytes(rows.count * BoxSealer.freshBytes)
        var place = 0
        rows.forEach { key, value in
            out.append {
                $0 += key
            } value: {
                sealer.seal(
                    Array(value), fresh: fresh[place..<place + BoxSealer.freshBytes],
                    associated: Self.place(table, key), onto: &$0)
            }
            place += BoxSealer.freshBytes
        }
        return out
    }

    private func opened(_ box: [UInt8], _ table: String, _ key: [UInt8]) throws(LogError) -> [UInt8] {
        var value: [UInt8] = []
        let isOpen = cipher.withLock { cipher in
            box.withUnsafeBytes { box in
                let place = Self.place(table, key)
                if SealedBox.open(box, under: cipher.opener, associated: place, into: &value) { return true }
                guard let former = cipher.former else { return false }
                return SealedBox.open(box, under: former, associated: place, into: &value)
            }
        }
        guard isOpen else {
            throw .corrupted(
                reason: """
                    a row of `\(table)` in the state does not open: it was changed, is of another key folder, or of a \
                    version of this program that did not seal it; restore the key folder, or remove the state
                    """)
        }
        return value
    }
}
