import NIOCore
import PipelineFiles
import Records

/// What lies between the parties of a run.
enum ProtocolNetwork {
    /// The loopback interface, with a delay of half the round trip in each direction.
    case loopback(roundTrip: Duration)
    /// A network namespace a party, `NAME-0` to `NAME-2`, at 10.77.0.1 to 10.77.0.3.
    case namespaces(String)

    func host(of party: PartyID) -> String {
        switch self {
        case .loopback: "127.0.0.1"
        case .namespaces: "10.77.0.\(party.rawValue + 1)"
        }
    }

    /// What a party's command begins with.
    func command(for party: PartyID) -> [String] {
        switch self {
        case .loopback: []
        case .namespaces(let name): ["/usr/bin/env", "ip", "netns", "exec", "\(name)-\(party.rawValue)"]
        }
    }

    /// The relays that bring the delay; nil where nothing does.
    func relay() -> DelayRelay? {
        guard case .loopback(let trip) = self, trip > .zero else { return nil }
        return DelayRelay(delay: .nanoseconds(Int64(trip / .nanoseconds(2))))
    }
}

extension Roster {
    /// The roster as one party has it: each peer that it may dial is behind a relay.
    func behind(_ relay: DelayRelay?, for party: PartyID) throws -> Roster {
        guard let relay else { return self }
        var roster = self
        for peer in PartyID.allCases where peer < party {
            guard let to = cell.parties[peer] else { continue }
            roster.cell.move(peer, to: to.host, port: try relay.port(to: to.port))
        }
        return roster
    }
}
