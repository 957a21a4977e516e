import Crdkafka
import Dispatch
import Foundation
import Synchronization

/// A thread that serves a client's callbacks until it is released.
final class KafkaPoller: Sendable {
    private final class Stop: Sendable {
        let asked = Atomic<Bool>(false)
        let done = DispatchSemaphore(value: 0)
    }

    private let client: KafkaClient
    private let stop = Stop()

    init(_ client: KafkaClient) {
        self.client = client
        // Not `client`: the thread would keep it alive. `deinit` waits for the thread's end, so the handle stays good.
        nonisolated(unsafe) let handle = client.handle
        let stop = stop
        let thread = Thread {
            while !stop.asked.load(ordering: .acquiring) { rd_kafka_poll(handle, 1000) }
            stop.done.signal()
        }
        thread.name = "kafka-poll"
        thread.start()
    }

    deinit {
        stop.asked.store(true, ordering: .releasing)
        if let queue = rd_kafka_queue_get_main(client.handle) {
            rd_kafka_queue_yield(queue)
            rd_kafka_queue_destroy(queue)
        }
        stop.done.wait()
    }
}
