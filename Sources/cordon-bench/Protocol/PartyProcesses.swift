import Foundation
import Keys
import LocalConsortium
import Logging
import PipelineFiles
import Records
import Roles
import TLSTransport
import Terminal
import ThreeParty

/// The three parties of a bench, each a process of this program, over mutual TLS.
struct PartyProcesses {
    /// The subcommand that is one party.
    var command: String
    var network = ProtocolNetwork.loopback(roundTrip: .zero)

    /// Runs all three with keys and a roster made for them.
    ///
    /// - Returns: what each said, in order.
    func reports<Report: Decodable>(_ arguments: [String]) throws -> [Report] {
        let folder = benchFolder(command)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let roster = try roster(folder)
        let relay = network.relay()
        defer { relay?.close() }
        let processes = try PartyID.allCases.map { party in
            let file = folder + "/roster-\(party).yaml"
            try writeFile(Array(roster.behind(relay, for: party).yaml.utf8), to: file)
            let command =
                network.command(for: party) + [
                    try ownProgram(), command, "--party", party.name, "--roster", file, "--keys", folder + "/keys",
                ] + arguments
            let (process, input, output) = (Process(), Pipe(), Pipe())
            process.executableURL = URL(fileURLWithPath: command[0])
            process.arguments = Array(command.dropFirst())
            process.standardInput = input
            process.standardOutput = output
            try process.run()
            return (process: process, input: input, output: output)
        }
        let said = processes.map { $0.output.fileHandleForReading.readDataToEndOfFile() }
        // A party that waits until all have said what they came to goes by this.
        for process in processes { try process.input.fileHandleForWriting.close() }
        return try zip(processes, said).map { process, said in
            process.process.waitUntilExit()
            guard process.process.terminationStatus == 0 else { throw Failure("a party ended early") }
            return try JSONDecoder().decode(Report.self, from: said)
        }
    }

    private func roster(_ folder: String) throws -> Roster {
        let ports = try freePorts(3)
        let file = folder + "/consortium.yaml"
        let parties = PartyID.allCases.map { party in
            "  - { name: \(party), host: \(network.host(of: party)), port: \(ports[party.rawValue]) }\n"
        }
        try writeFile(
            Array(("consortium: bench\nepoch: 1\nparties:\n" + parties.joined() + "members: [bank-a]\n").utf8), to: file
        )
        return try DevelopmentKeys(directory: folder + "/keys").make(ConsortiumPlan(file: file))
    }
}

/// One of the three, as its own process has it.
struct PartyProcess {
    let party: PartyID
    let roster: Roster
    let keys: DevelopmentKeys

    /// - Parameters: as `PartyProcesses` gives them to a process.
    init(party name: String, roster: String, keys: String) throws {
        guard let party = PartyID.allCases.first(where: { $0.name == name }) else { throw Failure("no such party") }
        self.party = party
        self.roster = try Roster(file: roster)
        self.keys = DevelopmentKeys(directory: keys)
    }

    func pairKeys() throws -> PairKeys {
        try Roles.pairKeys(party, roster, FileKeystore(directory: keys.folder(party)))
    }

    /// Links to the two others, which are up.
    func transport() throws -> TLSTransport {
        var logger = Logger(label: "cordon.bench")
        logger.logLevel = .error
        let own = keys.folder(party)
        let transport = try TLSTransport(
            TLSIdentity(
                party: party, certificate: own + "/tls.pem", key: own + "/tls.key", authority: keys.authorityFile,
                pins: roster.cell.certificates, roster: roster.digest),
            endpoints: roster.cell.parties.mapValues { Endpoint(host: $0.host, port: $0.port) }, logger: logger)
        let deadline = ContinuousClock.now + .seconds(60)
        while transport.connected.count < 2 {
            guard ContinuousClock.now < deadline else { throw Failure("the parties did not find each other") }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return transport
    }

    /// Seconds of processor time of this process until now.
    static var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func time(_ value: timeval) -> Double { Double(value.tv_sec) + Double(value.tv_usec) / 1_000_000 }
        return time(usage.ru_utime) + time(usage.ru_stime)
    }
}
