import ArgumentParser
import CommandOptions
import Desk
import DeskFront
import DeskStore
import Foundation
import Records
import Roles
import Stages
import Telemetry
import Terminal

/// The desk's feed, line by line.
struct AlertsTailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print the desk's feed: new alerts, and what people do to them, a line of JSON each.",
        discussion: """
            Ids, filters and cursors are those of the pages' feed: `--after` with the cursor of the last line goes on behind it, at whichever \
            desk it was read. A cursor that nothing is kept of any more is answered by one line with "reset", and the feed goes on from its end.
            """)

    @OptionGroup var member: MemberOption
    @OptionGroup var records: DeskRecordOptions

    @Option(help: ArgumentHelp("Where this feed keeps its index, apart from every other desk's.", valueName: "file"))
    var index = "cordon-data/desk/tail.sqlite"

    @Option(
        help: ArgumentHelp("The cursor behind which to begin. (default: the oldest that is kept)", valueName: "cursor"))
    var after: String?

    @Option(
        help: ArgumentHelp("Which alerts, as a page's address says: `band=decline&at_least=500`.", valueName: "query"))
    var filter = ""

    @Flag(name: .shortAndLong, help: "Go on with what comes, until Ctrl-C.")
    var follow = false

    @OptionGroup var log: LogOptions

    func run() throws {
        let stop = StopFlag.onSignals()
        let filter: QueueFilter
        do { filter = try QueueFilter(FormText.fields(self.filter) ?? [("", "?")]) } catch {
            throw Failure("`--filter` is none: \(error)")
        }
        let member = try member.id()
        let index = try DeskIndex(path: self.index, member: member, readers: 1)
        let clock = SystemClock()
        let projection = try DeskProjection(
            index: index, intake: DeskIntake(member: member, mapping: try records.read()), log: try log.open(),
            clock: clock,
            metrics: Metrics(), told: { _ in })
        try projection.catchUp()
        var place = try begin(index)
        while !stop.isSet {
            let (events, next) = try index.events(behind: place, limit: 500)
            for event in events where event.isShown(by: filter) { say(event.json(.english)) }
            guard next == place else {
                place = next
                continue
            }
            guard follow else { return }
            _ = try projection.turn(until: clock.now + .milliseconds(200))
        }
    }

    private func begin(_ index: DeskIndex) throws -> FeedCursor {
        let (kept, end) = try index.feedEnds()
        guard let after else { return kept }
        guard let cursor = FeedCursor(after) else { throw Failure("`--after \(after)` is no cursor") }
        switch cursor.start(kept: kept, end: end) {
        case .here(let place): return place
        case .reset(let place):
            say("{\"cursor\":\"\(place)\",\"reset\":true}")
            return place
        }
    }
}
