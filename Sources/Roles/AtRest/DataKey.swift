import EventLogs
import Sealing
import Secrets

/// The entry of a state that holds the key of its rows, 32 random bytes, wrapped by a key of the role's keystore. So that key can
/// change while no row does; while it does, the data key is wrapped by the old and by the new one.
struct DataKeyEntry {
    static let table = "at-rest"
    static let key = Array("data-key".utf8)
    private static let version: UInt8 = 1
    /// Bytes of a wrapped key.
    private static let boxBytes = 32 + SealedBox.overhead

    /// Whether all rows are sealed by the data key. Before there were any, rows were sealed by a key that the at-rest key and the
    /// state's name give.
    var sealsAll: Bool
    private(set) var boxes: [[UInt8]]

    /// A fresh data key, wrapped.
    init(sealsAll: Bool, of state: String, by atRest: borrowing SecretKey) {
        self.sealsAll = sealsAll
        boxes = []
        var bytes = randomBytes(32)
        defer { wipe(&bytes) }
        boxes = [Self.wrap(bytes, of: state, by: atRest)]
    }

    /// Nil for bytes that are none.
    init?(_ bytes: [UInt8]) {
        guard bytes.count > 2, bytes[0] == Self.version, bytes[1] <= 1, (bytes.count - 2) % Self.boxBytes == 0 else {
            return nil
        }
        sealsAll = bytes[1] == 1
        boxes = stride(from: 2, to: bytes.count, by: Self.boxBytes).map { Array(bytes[$0..<$0 + Self.boxBytes]) }
    }

    var bytes: [UInt8] { [Self.version, sealsAll ? 1 : 0] + boxes.joined() }

    /// The data key; nil where this at-rest key does not open it.
    func key(of state: String, by atRest: borrowing SecretKey) -> SecretKey? {
        guard var bytes = opened(of: state, by: atRest) else { return nil }
        defer { wipe(&bytes) }
        return SecretKey(bytes: bytes)
    }

    /// Wraps the key by another at-rest key, too.
    ///
    /// - Parameter alone: takes all other wrappings away.
    /// - Returns: whether the key opened by the first one.
    mutating func wrap(
        of state: String, by atRest: borrowing SecretKey, openedBy old: borrowing SecretKey, alone: Bool
    ) -> Bool {
        guard var bytes = opened(of: state, by: old) else { return false }
        defer { wipe(&bytes) }
        boxes = (alone ? [] : boxes) + [Self.wrap(bytes, of: state, by: atRest)]
        return true
    }

    private func opened(of state: String, by atRest: borrowing SecretKey) -> [UInt8]? {
        let key = Self.wrapping(state, atRest)
        for box in boxes {
            if let bytes = try? SealedBox.open(box, under: key, associated: Self.bound(state)), bytes.count == 32 {
                return bytes
            }
        }
        return nil
    }

    private static func wrap(_ bytes: [UInt8], of state: String, by atRest: borrowing SecretKey) -> [UInt8] {
        SealedBox.seal(bytes, under: wrapping(state, atRest), associated: bound(state))
    }

    private static func bound(_ state: String) -> [UInt8] { Array("cordon/data-key/v1/\(state)".utf8) }

    private static func wrapping(_ state: String, _ atRest: borrowing SecretKey) -> SecretKey {
        atRest.derive([Array("cordon/data-key/v1".utf8), Array(state.utf8)])
    }

    /// The key by which rows were sealed before there were data keys.
    static func formerKey(of state: String, _ atRest: borrowing SecretKey) -> SecretKey {
        atRest.derive([Array("cordon/at-rest/v1".utf8), Array(state.utf8)])
    }
}

extension StateStore {
    /// The state's entry of its data key; made where there is none.
    func dataKeyEntry(of state: String, by atRest: borrowing SecretKey) throws(LogError) -> DataKeyEntry {
        var bytes = try value(DataKeyEntry.table, DataKeyEntry.key)
        if bytes == nil {
            let fresh = DataKeyEntry(sealsAll: try tables().isEmpty, of: state, by: atRest)
            bytes = try settle(DataKeyEntry.table, DataKeyEntry.key, fresh.bytes)
        }
        guard let entry = DataKeyEntry(bytes ?? []) else {
            throw .corrupted(reason: "the state's key is damaged, or of a newer version; remove the state")
        }
        return entry
    }

    func put(_ entry: DataKeyEntry) throws(LogError) {
        let row = StateEntry(key: DataKeyEntry.key, value: entry.bytes, order: 0)
        try commit([.put(table: DataKeyEntry.table, row)], positions: [])
    }
}
