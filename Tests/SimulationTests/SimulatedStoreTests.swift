import EventLogs
import Simulation
import Testing

@Suite("The simulated store")
struct SimulatedStoreTests {
    private let disk = SimulatedDisk()
    private let place = Position(TopicPartition("bank-a.transactions"), 3)

    private func put(_ key: [UInt8], _ value: UInt8, order: Int64 = 0) -> StateWrite {
        .put(table: "t", StateEntry(key: key, value: [value], order: order))
    }

    private func keys(_ store: SimulatedStore) throws -> [[UInt8]] {
        var out: [[UInt8]] = []
        try store.scan("t") { out.append($0.key) }
        return out
    }

    @Test("what was committed outlives the process; order is that of a real store")
    func kept() throws {
        try SimulatedStore(disk).commit(
            [put([2], 1), put([1], 2), put([9], 3, order: 5), put([8], 4, order: 5), put([7], 5, order: 4)],
            positions: [place])
        let store = SimulatedStore(disk)
        #expect(try store.position(place.partition) == 3)
        #expect(try store.value("t", [9]) == [3] && store.value("t", [3]) == nil && store.value("u", [9]) == nil)
        #expect(try keys(store) == [[1], [2], [7], [8], [9]])
        #expect(try store.firstKey("t") == [1] && store.firstKey("u") == nil)
        #expect(try store.tables() == ["t"] && store.settle("v", [1], [2]) == [2] && store.settle("v", [1], [3]) == [2])
        #expect(try store.tables() == ["t", "v"])
    }

    @Test("a commit that fails leaves nothing, neither writes nor positions")
    func full() throws {
        let store = SimulatedStore(disk)
        disk.fail(commits: 1)
        let error = #expect(throws: LogError.self) { try store.commit([put([1], 1)], positions: [place]) }
        #expect(error?.mayRetry == true)
        #expect(try keys(store).isEmpty && store.position(place.partition) == nil)
        try store.commit([put([1], 1)], positions: [place])
        #expect(try keys(store) == [[1]])
    }

    @Test("who takes a state over fences the owner before it: no commit, no removal, no position read")
    func owners() throws {
        let older = SimulatedStore(disk, takingOver: true)
        try older.commit([put([1], 1)], positions: [place])
        let newer = SimulatedStore(disk, takingOver: true)
        #expect(throws: LogError.self) { try older.commit([put([2], 1)], positions: []) }
        #expect(throws: LogError.self) { try older.removeAll(in: "t", keysBelow: [9]) }
        #expect(throws: LogError.self) { try older.position(place.partition) }
        #expect(try keys(newer) == [[1]] && newer.position(place.partition) == 3)
    }

    @Test("removals take what is below a bound, and of ordered entries alone")
    func removals() throws {
        let store = SimulatedStore(disk)
        try store.commit(
            [put([1], 1), put([2], 1), put([3], 1, order: 10), put([4], 1, order: 20)], positions: [])
        try store.removeAll(in: "t", below: 20)
        #expect(try keys(store) == [[1], [2], [4]])
        try store.removeAll(in: "t", keysBelow: [2])
        #expect(try keys(store) == [[2], [4]])
        try store.commit([.remove(table: "t", key: [4]), .remove(table: "t", key: [5])], positions: [])
        #expect(try keys(store) == [[2]])
    }
}
