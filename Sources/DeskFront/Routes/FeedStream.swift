import Desk
import DeskStore
import HTTPFront

/// The feed as Server-Sent Events (HTML standard, section 9.2). Each event has as `id` the cursor behind it: a client that comes
/// back with the last one misses nothing, whichever desk it comes to; where that can't be, it is told so by one `reset`.
struct FeedStream: Sendable {
    let index: DeskIndex
    let feed: FeedCache
    let bell: FeedBell
    let filter: QueueFilter
    let language: DeskLanguage
    /// Where the client is; nil for one that wants what comes from now on.
    let cursor: FeedCursor?
    /// Whether the client's session goes on; the feed ends with it.
    let isSignedIn: @Sendable () -> Bool
    /// Waits so long, or until its task is cancelled.
    let pause: @Sendable (Duration) async throws -> Void

    /// A line for proxies and for finding out that nobody listens any more.
    private static let beat = Duration.seconds(15)

    func run(_ writer: BodyWriter) async {
        // The client is gone, or the server stops: nothing is left to do.
        try? await write(writer)
    }

    private func write(_ writer: BodyWriter) async throws {
        var heard = bell.count
        var place: FeedCursor
        let (kept, end) = try index.feedEnds()
        // Who has read the first line misses nothing that comes later.
        try await writer.write(Array("retry: \(1500 + Int.random(in: 0..<2000))\n\n".utf8))
        switch (cursor ?? end).start(kept: kept, end: end) {
        case .here(let cursor): place = cursor
        case .reset(let cursor):
            place = cursor
            try await writer.write(Array("id: \(cursor)\nevent: reset\ndata: {}\n\n".utf8))
        }
        while isSignedIn() {
            try Task.checkCancellation()
            let batch = try feed.batch(behind: place)
            let (events, next) = (batch.events, batch.next)
            let text = events.compactMap(text).joined()
            if !text.isEmpty { try await writer.write(Array(text.utf8)) }
            if next == place, events.isEmpty {
                if await !rings(beyond: heard) { try await writer.write(Array(": \n\n".utf8)) }
                heard = bell.count
            }
            place = next
        }
    }

    /// Whether the bell rang before it was time for a beat.
    private func rings(beyond count: UInt64) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await bell.wait(beyond: count)
                return true
            }
            group.addTask {
                try? await pause(Self.beat)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }

    /// Whether what somebody did was done to an alert of the reader's team.
    private func isOfTeam(_ event: FeedEvent) -> Bool {
        guard case .act(let done) = event.what, filter.team != .everything else { return true }
        return (try? index.alert(done.record.item)).flatMap { $0 }.map(filter.team.has) ?? false
    }

    /// Nil where the event is not the filter's.
    private func text(_ event: FeedCache.Event) -> String? {
        guard event.event.isShown(by: filter), isOfTeam(event.event) else { return nil }
        let json = language == .german ? event.german : event.english
        return "id: \(event.event.cursor)\nevent: \(event.event.name)\ndata: \(json)\n\n"
    }
}
