"""Files of records that units hand in over the network: kept sealed, read by the worker, answered by a quality report."""

from backend.batches.service.handing_in import hand_in as hand_in
from backend.batches.service.processing import process as process
from backend.batches.service.reading import batches as batches
from backend.batches.service.reading import find as find
from backend.batches.service.reading import find_of_unit as find_of_unit
from backend.batches.service.reading import of_unit as of_unit
from backend.batches.service.reading import refused_of_unit as refused_of_unit
from backend.batches.service.reading import refused_rows as refused_rows
