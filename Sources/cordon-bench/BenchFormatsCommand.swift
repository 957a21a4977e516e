import ArgumentParser
import Formats
import PipelineFiles
import Records
import Terminal

/// `cordon-bench formats`: how many records a second one thread reads, each format by itself.
struct BenchFormatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "formats", abstract: "Measure how fast records of each format are read, on one thread.")

    @Option(help: "Records of each format.")
    var records = 50_000

    func run() throws {
        let rates = try readRates(file: "pipelines/rates.yaml")
        for (name, file, make) in Self.formats {
            var mapping = try readMapping(file: "pipelines/mappings/\(file).yaml")
            mapping.rates = rates
            let parser = RecordParser(mapping: mapping)
            let samples = (0..<1000).map { Array(make($0).utf8) }
            let start = ContinuousClock.now
            for number in 0..<records {
                guard parser.parts(samples[number % samples.count])[0].transaction != nil else {
                    throw Failure("a sample of \(name) was rejected")
                }
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            print("\(name): \(Int(Double(records) / seconds)) records/s, \(samples[0].count) bytes each")
        }
    }

    private static let formats: [(name: String, mapping: String, make: @Sendable (Int) -> String)] = [
        (
            "JSON", "canonical", { BenchSamples.json($0, customers: 1000) }
        ),
        ("CSV", "csv", { ",p-\($0),2026-03-02T10:15:00Z,c\($0),t9,125.40,," }),
        ("pacs.008", "iso20022", { BenchSamples.creditTransfer($0, customers: 1000) }),
    ]
}
