import Records

extension TrainedReport {
    /// The report as bytes, for the state of the party that makes it.
    package var encoded: [UInt8] { wire.encoded }

    /// Nil for bytes that are none.
    package init?(decoding bytes: [UInt8]) {
        guard let wire = WireReportTrained(decoding: bytes), let report = try? TrainedReport(wire) else { return nil }
        self = report
    }
}
