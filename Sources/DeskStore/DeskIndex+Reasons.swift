import Desk
import LocalStore
import Policy

extension SQLiteConnection {
    /// What is known of an alert's reasons.
    func reasons(of item: ItemID) throws -> ReasonsEvent? {
        try statement("SELECT event FROM reasons WHERE item = ?", item.bytes).first {
            ReasonsEvent(json: $0.blob(0) ?? [])
        } ?? nil
    }
}
