import ArgumentParser
import Foundation
import Stages
import TLSTransport
import Terminal
import ThreeParty

/// Where a party of a bench runs: as a thread of the bench's process, or as a process of its own.
enum PartyPlace: Sendable {
    case thread, process

    /// Seconds of processor time that it has used until now.
    var processorSeconds: Double {
        guard case .thread = self else { return PartyProcess.processorSeconds }
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The most memory that it has had; nil of a thread.
    var peakMegabytes: Int? { self == .process ? residentMegabytes(peak: true) : nil }
}

/// The options of a bench of work on shares that say where its parties run.
struct PartyOptions: ParsableArguments {
    @Flag(help: "Threads of this process in the place of processes, without sockets or TLS.") var threads = false
    @Option(
        help: ArgumentHelp(
            "The parties' round trip: every byte between them is delayed by half of it.", valueName: "milliseconds"))
    var roundTripMs = 0.0
    @Option(help: ArgumentHelp("Write the figures as JSON, too.", valueName: "file")) var json: String?

    func validate() throws {
        guard (0...10_000).contains(roundTripMs), !threads || roundTripMs == 0 else {
            throw ValidationError("a round trip is 0 to 10,000 ms, and none between threads")
        }
    }

    /// What each party came to, in order.
    ///
    /// - Parameters:
    ///   - command: the subcommand that is one party, with these arguments.
    ///   - inThreads: the same work by threads.
    func reports<Report: Decodable>(
        of command: String, _ arguments: [String], inThreads: () throws -> [Report]
    ) throws -> [Report] {
        guard !threads else { return try inThreads() }
        let network = ProtocolNetwork.loopback(roundTrip: .microseconds(Int64(roundTripMs * 1000)))
        return try PartyProcesses(command: command, network: network).reports(arguments)
    }

    /// The three, in words.
    var parties: String { threads ? "parties as threads of one process" : "processes over mutual TLS" }
}

/// The arguments of a party that `PartyProcesses` starts.
struct PartyArguments: ParsableArguments {
    @Option var party: String
    @Option var roster: String
    @Option var keys: String

    /// Reports what a party's work over its links comes to, as a line of JSON; the links stay until all have what they need of it.
    func report(_ work: (any Transport, consuming PairKeys) throws -> some Encodable) throws {
        let process = try PartyProcess(party: party, roster: roster, keys: keys)
        let transport = try process.transport()
        defer { transport.close() }
        let report = try work(transport, process.pairKeys())
        say(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
        fflush(nil)
        close(STDOUT_FILENO)
        _ = FileHandle.standardInput.readDataToEndOfFile()
    }
}
