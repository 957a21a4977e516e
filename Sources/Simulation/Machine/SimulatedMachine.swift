package import EventLogs
import Synchronization

/// A simulated machine's disks, one for each store by name: they outlive the processes on it.
package final class SimulatedMachine: StateStores {
    private let disks: Mutex<[String: SimulatedDisk]>

    package init() { disks = Mutex([:]) }

    /// A machine whose disks hold what another one's hold now.
    package init(copying other: SimulatedMachine) {
        disks = Mutex(other.disks.withLock { $0.mapValues { SimulatedDisk(copying: $0) } })
    }

    package func open(_ name: String, takingOver: Bool) throws(LogError) -> any StateStore {
        SimulatedStore(disk(name), takingOver: takingOver)
    }

    private func disk(_ name: String) -> SimulatedDisk {
        disks.withLock { disks in
            if let disk = disks[name] { return disk }
            let disk = SimulatedDisk()
            disks[name] = disk
            return disk
        }
    }

    private var all: [(name: String, disk: SimulatedDisk)] {
        disks.withLock { $0.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// Stores are gone.
    package func lose(_ names: Set<String>) { disks.withLock { disks in names.forEach { disks[$0] = nil } } }

    /// The next commits on each disk fail, as where there is no room left.
    package func fail(commits: Int) { all.forEach { $0.disk.fail(commits: commits) } }

    package func recover() { all.forEach { $0.disk.recover() } }

    /// Positions that a commit set back, in words.
    package var setBack: [String] { all.flatMap { name, disk in disk.setBack.map { "\(name): \($0)" } } }
}
