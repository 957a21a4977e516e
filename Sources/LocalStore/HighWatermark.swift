import EventLogs
import Foundation
import Synchronization

/// Up to where a partition of the embedded log is durable, as `LogDurability` says: only what lies below is read (Kafka's high
/// watermark). A word that all processes of the machine share, in the partition's bell.
///
/// It may be behind, after a process was killed between its commit and this; never ahead.
final class HighWatermark: Sendable {
    let bell: Bell
    private let word: Word

    /// The mapped file. The pointer is never moved, and what it points to is atomic.
    private struct Word: @unchecked Sendable {
        let pointer: UnsafeMutablePointer<Atomic<Int64>>
    }

    init(path: String) throws(LogError) {
        bell = Bell(path: path)
        let map = mmap(nil, Bell.size, PROT_READ | PROT_WRITE, MAP_SHARED, bell.descriptor, 0)
        guard let map, map != MAP_FAILED else {
            throw .unreachable(reason: "\(path): \(String(cString: strerror(errno)))")
        }
        word = Word(pointer: map.assumingMemoryBound(to: Atomic<Int64>.self))
    }

    deinit { munmap(word.pointer, Bell.size) }

    /// The offset behind the last durable record.
    var offset: Int64 { word.pointer.pointee.load(ordering: .acquiring) }

    func raise(to offset: Int64) {
        word.pointer.pointee.max(offset, ordering: .acquiringAndReleasing)
        bell.ring()
    }

    /// For a file that was put in an older one's place: what it says of that is wrong.
    func lower(from old: Int64, to new: Int64) {
        _ = word.pointer.pointee.compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing)
    }
}
