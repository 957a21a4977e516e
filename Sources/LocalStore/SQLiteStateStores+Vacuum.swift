package import EventLogs
import Foundation

extension SQLiteStateStores {
    /// Writes a state's file anew without what was removed from it, which lies in freed pages until then. Nobody else may have the
    /// store open. A file that is not there is none.
    package func vacuum(_ name: String) throws(LogError) {
        let path = path(of: name)
        guard FileManager.default.fileExists(atPath: path) else { return }
        do {
            let db = try SQLiteConnection(path: path)
            try db.run("VACUUM")
            try db.checkpoint(waiting: true)
        } catch { throw LogFile.translate(error, path) }
    }
}
