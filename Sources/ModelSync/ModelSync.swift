// ModelSync
