import EventLogs
import Foundation
import Keys
import LocalStore
import Records
import Roles
import Sealing
import Secrets
import Support
import Synchronization
import Testing

@Suite("The rotation of the at-rest key")
struct AtRestRotationTests {
    private let folder: TemporaryFolder
    private let keys: FileKeystore
    private let value = Array("PLANTED-CUSTOMER-4711".utf8)
    private let names = ["", ".counts-0", ".tokens"]

    init() throws {
        folder = try TemporaryFolder()
        keys = FileKeystore(directory: folder.path("keys"))
    }

    private var files: SQLiteStateStores { SQLiteStateStores(prefix: folder.path("party.sqlite"), erasing: true) }
    private func sealed(_ keys: FileKeystore? = nil) throws -> SealedStores {
        try SealedStores(files, keys ?? self.keys)
    }

    private func put(_ key: UInt8, _ value: [UInt8], order: Int64 = 0) -> StateWrite {
        .put(table: "t", StateEntry(key: [key], value: value, order: order))
    }

    private func fill() throws {
        for name in names {
            try sealed().open(name).commit([put(1, value), put(2, value, order: 9)], positions: [])
        }
    }

    private func rotate(_ keystore: any Keystore, isStopped: Bool = false) throws {
        try AtRestRotation(files, keystore).run(states: files.names, isStopped: isStopped)
    }

    private func check(_ keys: FileKeystore? = nil) throws {
        for name in names {
            let store = try sealed(keys).open(name)
            #expect(try store.value("t", [1]) == value && store.value("t", [2]) == value)
        }
    }

    /// A copy of the key folder as it is.
    private func copy(_ name: String) throws -> FileKeystore {
        try FileManager.default.copyItem(atPath: folder.path("keys"), toPath: folder.path(name))
        return FileKeystore(directory: folder.path(name))
    }

    @Test("leaves rows as they are; the new key opens them, and the old one nothing")
    func rotates() throws {
        try fill()
        #expect(files.names() == names)
        let rows = try names.map { try files.open($0).values("t", [[1], [2]]) }
        let wrapped = try names.map { try #require(try files.open($0).value("at-rest", Array("data-key".utf8))) }
        let old = try copy("old")
        let before = try folder.bytes("keys/at-rest.key")
        try rotate(keys)
        try files.emptyJournals()
        #expect(try folder.bytes("keys/at-rest.key") != before)
        #expect(try names.map { try files.open($0).values("t", [[1], [2]]) } == rows)
        try check()
        for name in names { #expect(throws: LogError.self) { try sealed(old).open(name) } }
        // Nothing in the files is what the old key opens.
        for (name, wrapped) in zip(names, wrapped) {
            for file in ["", "-wal"] {
                let bytes = (try? folder.bytes("party.sqlite\(name)\(file)")) ?? Data()
                #expect(bytes.range(of: Data(wrapped.suffix(72))) == nil, "\(name)\(file)")
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("keys")) == ["at-rest.key"])
        // And again.
        try rotate(keys)
        try check()
    }

    @Test("goes on beside a role at work, and takes in states that it makes meanwhile")
    func beside() throws {
        try fill()
        let store = try sealed().open("")
        var asked = 0
        try AtRestRotation(files, keys).run(
            states: {
                asked += 1
                let names = files.names()
                // Behind the last look before the key changes, the role makes a state by the old key.
                if asked == 2 { _ = try? sealed().open(".rows-0").commit([put(1, value)], positions: []) }
                return names
            }, isStopped: false)
        try store.commit([put(3, value)], positions: [])
        try check()
        #expect(try sealed().open("").value("t", [3]) == value)
        #expect(try sealed().open(".rows-0").value("t", [1]) == value)
        #expect(asked == 3)
    }

    @Test("opens every state wherever it is killed, before it is run again and after", arguments: 0...11)
    func killed(at step: Int) throws {
        try fill()
        let old = try copy("old")
        let steps = StepCount(step)
        let mortal = AtRestRotation(
            MortalStores(stores: files, steps: steps), MortalKeystore(store: keys, steps: steps))
        let isWhole = (try? mortal.run(states: files.names, isStopped: false)) != nil
        // The new key, three states, two keys, three states, two keys.
        #expect(isWhole == (step >= 11))
        try check()
        try rotate(keys)
        try check()
        for name in names { #expect(throws: LogError.self) { try sealed(old).open(name) } }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("keys")) == ["at-rest.key"])
    }

    @Test(
        "reads states of an older version as they are, seals what is new by the new key, and all once the role is stopped"
    )
    func formerRows() throws {
        let old = SecretKey(bytes: [UInt8](repeating: 5, count: 32))
        try keys.store(old, "at-rest")
        // As versions before sealed: under a key that the at-rest key and the state's name give.
        for name in names {
            let key = old.derive([Array("cordon/at-rest/v1".utf8), Array(name.utf8)])
            let writes = [(UInt8(1), Int64(0)), (2, 9)].map { number, order in
                put(
                    number, SealedBox.seal(value, under: key, associated: [1] + Array("t".utf8) + [number]),
                    order: order)
            }
            try files.open(name).commit(writes, positions: [])
        }
        try check()
        try sealed().open("").commit([put(3, value)], positions: [])
        try check()
        let copied = try copy("old")
        let refusal = #expect(throws: AtRestRotation.FormerRows.self) { try rotate(keys) }
        #expect(refusal?.states == names && "\(refusal!)".contains("--role-is-stopped"))
        try check()
        try rotate(keys, isStopped: true)
        try check()
        #expect(try sealed().open("").value("t", [3]) == value)
        var orders: [Int64] = []
        try sealed().open(".tokens").scan("t") { orders.append($0.order) }
        #expect(orders == [0, 9])
        for name in names {
            #expect(throws: LogError.self) { try sealed(copied).open(name) }
            let key = old.derive([Array("cordon/at-rest/v1".utf8), Array(name.utf8)])
            let row = try #require(try files.open(name).value("t", [1]))
            #expect(throws: SealedBox.OpenError.self) {
                try SealedBox.open(row, under: key, associated: [1] + Array("t".utf8) + [1])
            }
        }
        // From now on nothing stands in the way.
        try rotate(keys)
        try check()
    }

    @Test("of two that open a new state at once, both have one key")
    func race() throws {
        for round in 0..<10 {
            let workers = (0..<4).map { [files, keys, value] number in
                Worker {
                    let store = try SealedStores(files, keys).open("-\(round)")
                    try store.commit(
                        [.put(table: "t", StateEntry(key: [UInt8(number)], value: value, order: 0))], positions: [])
                }
            }
            for worker in workers { try worker.value() }
            let store = try sealed().open("-\(round)")
            for number in 0..<4 { #expect(try store.value("t", [UInt8(number)]) == value) }
        }
    }

    @Test("says what is wrong with a state's key that was changed")
    func damaged() throws {
        try fill()
        let store = try files.open("")
        let key = Array("data-key".utf8)
        let row = try #require(try store.value("at-rest", key))
        #expect(row.count == 2 + 72)
        for bytes in [[], [1, 1], row + [0], [2] + row.dropFirst(), [1, 2] + row.dropFirst(2)] as [[UInt8]] {
            try store.commit([.put(table: "at-rest", StateEntry(key: key, value: bytes, order: 0))], positions: [])
            #expect(
                throws: LogError.corrupted(
                    reason: "the state's key is damaged, or of a newer version; remove the state")
            ) {
                try sealed().open("")
            }
        }
        for at in [2, 26, 73] {
            var changed = row
            changed[at] ^= 1
            try store.commit([.put(table: "at-rest", StateEntry(key: key, value: changed, order: 0))], positions: [])
            #expect(throws: LogError.self) { try sealed().open("") }
            #expect(throws: LogError.self) { try rotate(keys) }
        }
    }
}

/// Counts what changes something, and ends it all at a step.
private final class StepCount: Sendable {
    private let left: Atomic<Int>

    init(_ step: Int) { left = Atomic(step) }

    /// - Returns: whether the step is still done.
    func take() -> Bool { left.subtract(1, ordering: .relaxed).newValue >= 0 }
}

private struct MortalStores: StateStores {
    let stores: any StateStores
    let steps: StepCount

    struct Store: StoreDecorator {
        let store: any StateStore
        let steps: StepCount

        func commit(_ writes: [StateWrite], positions: [Position]) throws(LogError) {
            guard steps.take() else { throw .failed(reason: "killed") }
            try store.commit(writes, positions: positions)
        }
    }

    func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore {
        Store(store: try stores.open(name, takingOver: takingOver), steps: steps)
    }
}

private struct MortalKeystore: Keystore {
    let store: FileKeystore
    let steps: StepCount

    private func step() throws(KeystoreError) {
        guard steps.take() else { throw .notWritten(path: "killed") }
    }

    var place: String { store.place }
    func path(of file: String) -> String { store.path(of: file) }
    func hpkeKey(_ name: String) throws(KeystoreError) -> HPKEPrivateKey { try store.hpkeKey(name) }
    func signingKey() throws(KeystoreError) -> SigningKey { try store.signingKey() }
    func signingKey(_ name: String) throws(KeystoreError) -> SigningKey { try store.signingKey(name) }
    func store(_ key: borrowing SigningKey, _ name: String) throws(KeystoreError) { try store.store(key, name) }
    func holds(_ name: String) -> Bool { store.holds(name) }
    func inventory() throws(KeystoreError) -> [KeyRecord] { try store.inventory() }
    func sessions(
        of member: MemberID, epoch: UInt32
    ) throws(KeystoreError) -> (sessions: [PartyID: Session], announcement: [UInt8])? {
        try store.sessions(of: member, epoch: epoch)
    }
    func store(_ offer: borrowing SessionOffer, epoch: UInt32) throws(KeystoreError) {
        try store.store(offer, epoch: epoch)
    }
    func store(_ key: borrowing HPKEPrivateKey, _ name: String) throws(KeystoreError) { try store.store(key, name) }

    func localKey(_ name: String) throws(KeystoreError) -> SecretKey {
        if !holds(name) { try step() }
        return try store.localKey(name)
    }

    func store(_ key: borrowing SecretKey, _ name: String) throws(KeystoreError) {
        try step()
        try store.store(key, name)
    }

    func erase(_ name: String) throws(KeystoreError) {
        try step()
        try store.erase(name)
    }
}
