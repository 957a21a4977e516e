/// Why a replay can't be read. Names file and line, never what stood there.
package enum ReplayError: Error, Sendable, Hashable, CustomStringConvertible {
    case noFolder(String)
    case noFiles(String)
    /// Every file is empty, or has a header alone.
    case noRows(String)
    case file(DataFile.Fault)
    /// The file as a whole: its header or its encoding.
    case unreadable(file: String, why: String)
    case missingColumn(file: String, column: String)
    /// A row that nothing may be read without: an outcome of the truth file, or text of another encoding.
    case badRow(RowFault)
    /// More rows of a file are rejected than a few bad ones would be.
    case tooManyRejected(file: String, rejected: Int, rows: Int, [RowFault])
    case badRange(String)

    package var description: String {
        switch self {
        case .noFolder(let path): "there is no file or folder \(path)"
        case .noFiles(let path): "there are no .csv or .csv.gz files in \(path)"
        case .noRows(let path): "\(path) holds no rows of transactions, at most a header: is it the file that you mean?"
        case .file(let fault): "\(fault)"
        case .unreadable(let file, let why): "\(file): \(why)"
        case .missingColumn(let file, let column): "\(file):1: the column \(column) is missing"
        case .badRow(let fault): "\(fault)"
        case .tooManyRejected(let file, let rejected, let rows, let faults):
            "\(rejected) of \(rows) rows of \(file) can't be used, more than one in \(ReplayAccount.share), so nothing is:"
                + faults.map { "\n  \($0)" }.joined()
        case .badRange(let text): "`\(text)` is not a range of days such as 2018-06-21..2018-06-27"
        }
    }
}
