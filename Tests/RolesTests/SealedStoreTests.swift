import EventLogs
import Foundation
import Keys
import LocalStore
import Roles
import Secrets
import Support
import Testing

@Suite("A state at rest")
struct SealedStoreTests {
    private let folder: TemporaryFolder
    private let raw: SQLiteStateStore
    private let planted = Array("PLANTED-CUSTOMER-4711".utf8)

    init() throws {
        folder = try TemporaryFolder()
        raw = try SQLiteStateStore(path: folder.path("state.sqlite"))
    }

    private func sealed(_ name: String = "", secret: UInt8 = 1) throws -> any StateStore {
        let keys = FileKeystore(directory: folder.path("keys-\(secret)"))
        return try SealedStores(SameStore(store: raw), keys).open(name)
    }

    private func put(_ table: String, _ key: [UInt8], _ value: [UInt8], order: Int64 = 0) -> StateWrite {
        .put(table: table, StateEntry(key: key, value: value, order: order))
    }

    private func rows(_ values: [[UInt8]]) -> StateRows {
        var rows = StateRows(capacity: values.count, bytes: 64)
        for (number, value) in values.enumerated() {
            rows.append {
                $0.append(UInt8(number))
            } value: {
                $0 += value
            }
        }
        return rows
    }

    @Test("is read as it was written, row by row, many at once, and by a successor")
    func roundTrip() throws {
        let position = Position(TopicPartition("bank-a.transactions"), 7)
        let many = (0..<5000).map { [UInt8](repeating: UInt8($0 & 0xFF), count: $0 % 50) }
        try sealed().commit(
            [
                put("pending", [1], planted, order: 9), put("pending", [2], []),
                .putAll(table: "rows", rows(many.suffix(200))),
            ],
            positions: [position])
        let store = try sealed()
        #expect(try store.value("pending", [1]) == planted && store.value("pending", [2]) == [])
        #expect(try store.value("pending", [3]) == nil && store.value("other", [1]) == nil)
        #expect(try store.values("pending", [[2], [3], [1]]) == [[], nil, planted])
        #expect(try store.position(position.partition) == 7 && store.firstKey("pending") == [1])
        var found: [[UInt8]] = []
        try store.scan("rows") { found.append($0.value) }
        #expect(found == many.suffix(200))
        found = []
        try store.scan("rows", from: [190]) { entry in
            found.append(entry.value)
            return entry.key[0] < 195
        }
        #expect(found == Array(many.suffix(10).prefix(6)))
        var orders: [Int64] = []
        try store.scan("pending") { orders.append($0.order) }
        #expect(orders == [0, 9])
        try store.commit([.remove(table: "pending", key: [2])], positions: [])
        try store.removeAll(in: "pending", below: 10)
        #expect(try store.firstKey("pending") == nil)
    }

    @Test("holds no value in the clear, in none of its files, and the same value as other bytes each time")
    func closed() throws {
        try sealed().commit(
            [
                put("pending", [1], planted), put("pending", [2], planted),
                .putAll(table: "rows", rows([planted, planted])),
            ],
            positions: [])
        for file in try FileManager.default.contentsOfDirectory(atPath: folder.path) where !file.hasPrefix("keys") {
            #expect(try folder.bytes(file).range(of: Data("PLANTED".utf8)) == nil, "\(file)")
        }
        let boxes = try raw.values("pending", [[1], [2]]) + raw.values("rows", [[0], [1]])
        #expect(Set(boxes.compactMap(\.self)).count == 4)
    }

    @Test("gives out no row that was changed, cut, moved, or sealed for another state or by another key")
    func damaged() throws {
        try sealed().commit([put("pending", [1], planted)], positions: [])
        let box = try #require(try raw.value("pending", [1]))
        func isRefused(
            _ table: String, _ key: [UInt8], _ value: [UInt8], _ open: @autoclosure () throws -> any StateStore
        ) throws -> Bool {
            try raw.commit([put(table, key, value)], positions: [])
            do {
                _ = try open().value(table, key)
                return false
            } catch {
                guard case .corrupted(let reason) = error as? LogError else { return false }
                return reason.contains("does not open")
            }
        }
        for place in [0, 12, 24, box.count / 2, box.count - 1] {
            var changed = box
            changed[place] ^= 1
            #expect(try isRefused("pending", [1], changed, sealed()), "byte \(place)")
        }
        for count in [0, 1, 39, box.count - 1] {
            #expect(try isRefused("pending", [1], Array(box.prefix(count)), sealed()))
        }
        #expect(try isRefused("pending", [2], box, sealed()) && isRefused("late", [1], box, sealed()))
        // Of a version that did not seal.
        #expect(try isRefused("pending", [1], planted, sealed()))
        #expect(try isRefused("pending", [1], box, sealed(".tokens")))
        #expect(try isRefused("pending", [1], box, sealed(secret: 2)))
        #expect(try !isRefused("pending", [1], box, sealed()))
        #expect(throws: LogError.self) { try sealed(secret: 2).scan("pending") { _ in } }
    }

    @Test("has the key that its role keeps, and opens with that alone")
    func keystore() throws {
        let keys = FileKeystore(directory: folder.path("keys"))
        try SealedStores(SameStore(store: raw), keys).open("").commit([put("t", [1], planted)], positions: [])
        #expect(try SealedStores(SameStore(store: raw), keys).open("").value("t", [1]) == planted)
        let other = FileKeystore(directory: folder.path("others"))
        #expect(throws: LogError.self) { try SealedStores(SameStore(store: raw), other).open("") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("keys")) == ["at-rest.key"])
    }
}

/// Every name is one store.
private struct SameStore: StateStores {
    let store: any StateStore

    func open(_ name: String, takingOver: Bool) -> any StateStore { store }
}
