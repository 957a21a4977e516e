import ArgumentParser
import Foundation
import Stages
import TLSTransport
import Terminal

/// A party of `cordon-bench validation`: validates, and reports as a line of JSON.
struct BenchValidationPartyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validation-party", abstract: "A party of `cordon-bench validation`.", shouldDisplay: false)

    @Option var party: String
    @Option var roster: String
    @Option var keys: String
    @OptionGroup var shape: ValidationShape

    func run() throws {
        keepFreedMemory()
        let process = try PartyProcess(party: party, roster: roster, keys: keys)
        // Before the links: the first message waits for no party's rows.
        let bench = try shape.bench()
        let transport = try process.transport()
        defer { transport.close() }
        var report = try bench.validate(
            over: transport, keys: process.pairKeys(), processorSeconds: { PartyProcess.processorSeconds })
        report.peakMegabytes = residentMegabytes(peak: true)
        say(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
        // The links stay until all have what they need of this party.
        fflush(nil)
        close(STDOUT_FILENO)
        _ = FileHandle.standardInput.readDataToEndOfFile()
    }
}
