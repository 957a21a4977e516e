import Crdkafka
import Dispatch
import Synchronization

/// Where the delivery reports of one batch come in: a slot a record, and a semaphore for the one who waits.
///
/// Unchecked: a slot is written once, by the report of its own record, before the atomic countdown; it is read only
/// after the countdown has reached zero.
final class DeliveryBatch: @unchecked Sendable {
    struct Slot {
        fileprivate let batch: Unmanaged<DeliveryBatch>
        var code: rd_kafka_resp_err_t
        var offset: Int64
    }

    private let count: Int
    private let slots: UnsafeMutablePointer<Slot>
    private let open: Atomic<Int>
    private let complete = DispatchSemaphore(value: 0)

    init(count: Int) {
        self.count = count
        open = Atomic(count)
        slots = .allocate(capacity: count)
        slots.initialize(
            repeating: Slot(batch: .passUnretained(self), code: RD_KAFKA_RESP_ERR_NO_ERROR, offset: -1), count: count)
    }

    deinit {
        slots.deinitialize(count: count)
        slots.deallocate()
    }

    /// What a record carries through librdkafka to find its slot again. Valid until `wait` has returned.
    func tag(_ index: Int) -> UnsafeMutableRawPointer { UnsafeMutableRawPointer(slots + index) }

    /// The report of the record with this tag.
    static func report(_ tag: UnsafeMutableRawPointer, code: rd_kafka_resp_err_t, offset: Int64) {
        let slot = tag.assumingMemoryBound(to: Slot.self)
        slot.pointee.code = code
        slot.pointee.offset = offset
        slot.pointee.batch.takeUnretainedValue().close(1)
    }

    /// Stops waiting for records that never went in.
    func close(_ records: Int) {
        if open.subtract(records, ordering: .acquiringAndReleasing).newValue == 0 { complete.signal() }
    }

    /// Waits until no report is outstanding.
    func wait() -> UnsafeBufferPointer<Slot> {
        complete.wait()
        return UnsafeBufferPointer(start: slots, count: count)
    }
}
