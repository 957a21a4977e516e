import Records
import Synchronization
import Testing

@Suite("A ring of keys by epoch")
struct EpochKeyringTests {
    /// A key that can't be copied, as real ones can't.
    private struct Key: ~Copyable, Sendable { var number: UInt32 }

    private final class Store: Sendable {
        let keys = Mutex<Set<UInt32>>([])
        let asked = Mutex(0)
    }

    private func ring(_ store: Store) -> EpochKeyring<Key> {
        EpochKeyring { epoch in
            store.asked.withLock { $0 += 1 }
            guard store.keys.withLock({ $0.contains(epoch.number) }) else { return nil }
            return EpochKeyring.Held(Key(number: epoch.number))
        }
    }

    @Test("has each epoch's own, looked for once, and again where there was none")
    func finds() throws {
        let store = Store()
        let ring = ring(store)
        #expect(try ring.key(of: KeyEpoch(1)) == nil)
        store.keys.withLock { $0 = [1, 2] }
        for _ in 0..<3 {
            for number in [1, 2] as [UInt32] {
                #expect(try ring.key(of: KeyEpoch(number)).map { $0.key.number } == number)
            }
        }
        #expect(store.asked.withLock { $0 } == 3)
    }

    @Test("has none of an epoch that it has forgotten, whatever the store still has; who holds one may go on")
    func forgets() throws {
        let store = Store()
        store.keys.withLock { $0 = [1, 2] }
        let ring = ring(store)
        let held = try #require(try ring.key(of: KeyEpoch(1)))
        #expect(!ring.isForgotten(KeyEpoch(1)))
        ring.forget(KeyEpoch(1))
        #expect(try ring.key(of: KeyEpoch(1)) == nil && ring.isForgotten(KeyEpoch(1)))
        #expect(held.key.number == 1)
        #expect(try ring.key(of: KeyEpoch(2)) != nil)
        // Also where it was never asked for.
        ring.forget(KeyEpoch(3))
        store.keys.withLock { $0 = [3] }
        #expect(try ring.key(of: KeyEpoch(3)) == nil)
    }

    @Test("of one key has it for whatever epoch")
    func single() throws {
        let ring = EpochKeyring(Key(number: 7))
        for number in [0, 1, .max] as [UInt32] { #expect(try ring.key(of: KeyEpoch(number))?.key.number == 7) }
    }
}
