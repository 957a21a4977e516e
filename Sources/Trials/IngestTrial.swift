package import Formats
package import Records

/// `cordon ingest --try`: what a mapping makes of sample files, which count as one stream. Nothing is sent anywhere.
package struct IngestTrial {
    private let mapping: String?
    private let rates: RateTable?
    private let rules: ValidationRules
    private let received: Int64
    private var stream = StreamTrial()

    /// - Parameters:
    ///   - mapping: the mapping file; nil picks a committed one by each file's name and content.
    ///   - received: when the log would have taken the records, in microseconds since 1970.
    package init(mapping: String?, rates: RateTable?, rules: ValidationRules, received: Int64) {
        self.mapping = mapping
        self.rates = rates
        self.rules = rules
        self.received = received
    }

    /// What becomes of everything in a file, as text or as a line of JSON each.
    package mutating func take(_ file: String, json: Bool) throws -> [String] {
        let sample = try SampleFile(file, mapping: mapping, rates: rates, rules: rules, received: received)
        var parts: [TrialSummary.Part] = []
        for record in sample.records {
            for part in record.parts { parts.append((record, stream.take(part))) }
        }
        guard json else { return [TrialSummary(sample, parts).text] }
        return try parts.map { try TrialLine(file: file, line: $0.record.line, taken: $0.taken).json }
    }
}
