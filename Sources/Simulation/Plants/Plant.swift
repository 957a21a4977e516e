import EventLogs
import Records
import Stages
import ThreeParty

/// A bug that a simulation plants, to see that it is found: each a decorator around what is right.
package enum Plant: String, Sendable, CaseIterable {
    /// An agent's log says that records are in it before they are: what is committed by then is lost in a crash.
    case commitBeforeAppend = "commit-before-append"
    /// Who was replaced may still write.
    case noFence = "no-fence"
    /// The leader forgets with a restart which sources are scored, so that it takes repeats for new.
    case repeatTaken = "repeat-taken"
    /// Masks hang on where a batch begins, and not on what is in it: one that is proposed again has those of the one that was
    /// aborted.
    case maskReused = "mask-reused"
    /// A party forgets with a restart which labels it has counted, and counts a correction on top.
    case labelCountedTwice = "label-counted-twice"
    /// The race that is mended, without its mends: an agent that was replaced after it had read its state, and opens its writer
    /// later than its successor, goes on by what it read; and the successor, fenced by that, gives the partition up.
    case writerRace = "writer-race"
    /// A party forgets with a restart which epoch's pairwise keys are in force, and goes on by the roster's.
    case epochForgotten = "epoch-forgotten"
    /// One party goes on opening what is sealed under a closed epoch, and keeps its keys.
    case closingIgnored = "closing-ignored"

    func log(_ log: any EventLog, of role: Role, clock: any StageClock) -> any EventLog {
        switch (self, role) {
        case (.commitBeforeAppend, .agent): LateLog(log: log, clock: clock)
        case (.noFence, .agent): UnfencedLog(log: log)
        case (.closingIgnored, .party(2)): DeafLog(log: log)
        default: log
        }
    }

    func stores(_ stores: any StateStores, of role: Role) -> any StateStores {
        switch (self, role) {
        case (.repeatTaken, .party): ForgetfulStores(stores: stores, of: "sources-") { _ in nil }
        case (.labelCountedTwice, .party):
            // The two components of the label stand behind the time and the member (`EventRow`).
            ForgetfulStores(stores: stores, of: "counters-events-") { Array($0[..<5]) + [0, 0, 0, 0] + $0[9...] }
        case (.writerRace, .agent): UnfencedStores(stores: stores)
        case (.epochForgotten, .party): ForgetfulStores(stores: stores, of: "epochs") { _ in nil }
        default: stores
        }
    }

    /// - Parameter masks: the same at all three parties.
    func transport(_ transport: any Transport, masks: MaskTable) -> any Transport {
        self == .maskReused ? RelabelledTransport(transport: transport, masks: masks) : transport
    }
}
