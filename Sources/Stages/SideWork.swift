import Dispatch

/// Work beside a stage, one piece after the other: on a queue of its own, so that the stage need not wait for it, or at once, where
/// everything is to happen on one thread.
package struct SideWork: Sendable {
    private let queue: DispatchQueue?

    /// Work that is done at once, by whoever asks for it.
    package static let inline = SideWork(queue: nil)

    /// - Parameter label: of the queue, for whoever looks at the process's threads.
    package static func queue(_ label: String) -> SideWork { SideWork(queue: DispatchQueue(label: label)) }

    private init(queue: DispatchQueue?) { self.queue = queue }

    package func run(_ body: @escaping @Sendable () -> Void) {
        if let queue { queue.async(execute: body) } else { body() }
    }

    /// Returns when nothing is under way.
    package func wait() { queue?.sync {} }
}
